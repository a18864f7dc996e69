"""``POST /predict``: one picture in, one prediction out."""

from asgi_correlation_id import correlation_id
from fastapi import APIRouter

from service import errors, problems
from service.routes.dependencies import UploadAnalysis
from service.schemas import PredictionResponse
from service.uploads import REQUEST_BODY

router = APIRouter(tags=["prediction"])

FORESEEN = problems.responses(
    errors.MalformedMultipart,
    errors.BodyTooLarge,
    errors.ImageTooLarge,
    errors.NotMultipart,
    errors.UnsupportedFormat,
    errors.MissingFile,
    errors.TooManyParts,
    errors.EmptyFile,
    errors.CorruptImage,
    errors.ImageTooSmall,
    errors.Overloaded,
    errors.DeepfakeError,
)


@router.post("/predict", responses=FORESEEN, openapi_extra=REQUEST_BODY)
async def predict(analysis: UploadAnalysis) -> PredictionResponse:
    """Tell whether the face in a picture is real or fake.

    Send the file as multipart/form-data in the field `file`:

        curl -F file=@face.jpg http://localhost:8000/predict
    """
    return PredictionResponse(**dict(analysis.prediction), request_id=correlation_id.get() or "")
