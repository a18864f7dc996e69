"""``POST /predict``: one picture in, one prediction out; ``POST /predict/batch``: several."""

from asgi_correlation_id import correlation_id
from fastapi import APIRouter

from service import errors
from service.errors import ImageError
from service.scoring.schemas import BatchResponse, PredictionResponse, Result
from service.web import problems, refusals
from service.web.routes.access import ENTRANCE
from service.web.routes.dependencies import UploadAnalyses, UploadAnalysis
from service.web.uploads import ONE_FILE, SEVERAL_FILES

router = APIRouter(tags=["prediction"], dependencies=[ENTRANCE])

OF_UPLOADS = (
    refusals.Unauthorized,
    refusals.RateLimited,
    refusals.MalformedMultipart,
    errors.BodyTooLarge,
    refusals.BodyTooSlow,
    refusals.NotMultipart,
    refusals.EncodedBody,
    refusals.MissingFile,
    refusals.TooManyParts,
    refusals.Overloaded,
    refusals.ModelNotReady,
    refusals.Draining,
    errors.DeepfakeError,
)
OF_PICTURES = (
    errors.ImageTooLarge,
    errors.ImageTooComplex,
    errors.UnsupportedFormat,
    errors.EmptyFile,
    errors.CorruptImage,
    errors.ImageTooSmall,
)


@router.post(
    "/predict",
    responses=problems.responses(*OF_UPLOADS, *OF_PICTURES, refusals.InvalidParameter),
    openapi_extra=ONE_FILE,
)
async def predict(analysis: UploadAnalysis) -> PredictionResponse:
    """Tell whether the face in a picture is real or fake.

    Send the file as multipart/form-data in the field `file`:

        curl -F file=@face.jpg http://localhost:8000/predict

    With `?explain=true` the answer has a heatmap of each face.
    """
    return PredictionResponse(**dict(analysis.prediction), request_id=correlation_id.get() or "")


@router.post(
    "/predict/batch", responses=problems.responses(*OF_UPLOADS), openapi_extra=SEVERAL_FILES
)
async def predict_batch(analyses: UploadAnalyses) -> BatchResponse:
    """Score several pictures at once; what is wrong with one does not keep the others.

    Send the files as multipart/form-data, each in a field `file`:

        curl -F file=@one.jpg -F file=@two.jpg http://localhost:8000/predict/batch
    """
    results = [
        Result(error=problems.problem_of(analysis))
        if isinstance(analysis, ImageError)
        else Result(prediction=analysis.prediction)
        for analysis in analyses
    ]
    return BatchResponse(results=results, request_id=correlation_id.get() or "")
