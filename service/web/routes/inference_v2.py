"""The Open Inference Protocol v2, for clients of Triton, KServe and the like.

The model takes one of two inputs: ``image``, faces as the network sees them, or ``file``, encoded
pictures, which take the same path as everywhere.
"""

import asyncio
from importlib.metadata import version as version_of
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Request, Response
from numpy.typing import NDArray

from service import errors
from service.model.manifest import Manifest
from service.pictures.imaging import Pixels
from service.scoring import verdict
from service.scoring.detector import Detector
from service.scoring.schemas import ModelName
from service.web import problems, refusals, tensors
from service.web.inference import (
    HEADER,
    InferenceRequest,
    InferenceResponse,
    Live,
    ModelMetadata,
    Ready,
    ServerMetadata,
    TensorMetadata,
    parse,
    respond,
)
from service.web.openapi import reference
from service.web.refusals import MalformedInference, UnknownModel
from service.web.routes.access import ENTRANCE
from service.web.routes.dependencies import TheAdmission, TheDetector, analyse, handle
from service.web.uploads import MAX_FILES, read_body

router = APIRouter(prefix="/v2", tags=["Open Inference Protocol v2"])

NOT_NOW = (refusals.ModelNotReady, refusals.Draining)
OF_MODELS = problems.responses(refusals.UnknownModel, *NOT_NOW)
OF_INFERENCE = problems.responses(
    refusals.Unauthorized,
    refusals.RateLimited,
    refusals.UnknownModel,
    refusals.MalformedInference,
    refusals.EncodedBody,
    errors.BodyTooLarge,
    refusals.BodyTooSlow,
    refusals.Overloaded,
    errors.ImageTooLarge,
    errors.ImageTooComplex,
    errors.UnsupportedFormat,
    errors.EmptyFile,
    errors.CorruptImage,
    errors.ImageTooSmall,
    *NOT_NOW,
    errors.DeepfakeError,
)
BODY = {
    "required": True,
    "content": {"application/json": {"schema": reference(InferenceRequest)}},
}


def _path(*names: str) -> dict[str, Any]:
    """How the OpenAPI document describes a path's parameters, any text being good for them."""
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    return {"parameters": parameters}


OF_ANY_VERSION, OF_ONE_VERSION = _path("name"), _path("name", "version")


@router.get("")
async def server() -> ServerMetadata:
    """Name and version of this server, and which extensions it knows."""
    version = version_of("deepfake-detector")
    return ServerMetadata(name="deepfake", version=version, extensions=["binary_tensor_data"])


@router.get("/health/live")
async def live() -> Live:
    """Liveness: the process answers."""
    return Live(live=True)


@router.get("/health/ready", responses=problems.responses(*NOT_NOW))
async def ready(admission: TheAdmission) -> Ready:
    """Readiness: the model is loaded and warm, and the service is not about to end."""
    admission.check()
    return Ready(ready=True)


def _named(request: Request, detector: TheDetector) -> Manifest:
    """What describes the model that a path names."""
    manifest = detector.model.manifest
    name, version = request.path_params["name"], request.path_params.get("version")
    if name != manifest.name or version not in (None, str(manifest.version)):
        served = f"{manifest.name}, version {manifest.version}"
        raise UnknownModel(f"There is no such model here; served is {served}.")
    return manifest


NamedManifest = Annotated[Manifest, Depends(_named)]


@router.get("/models/{name}", responses=OF_MODELS, openapi_extra=OF_ANY_VERSION)
@router.get(
    "/models/{name}/versions/{version}",
    responses=OF_MODELS,
    openapi_extra=OF_ONE_VERSION,
)
async def model(manifest: NamedManifest) -> ModelMetadata:
    """What the model takes, one of the two, and what it gives."""
    side = manifest.input_side
    return ModelMetadata(
        name=manifest.name,
        versions=[str(manifest.version)],
        platform="tensorflow_savedmodel",
        inputs=[
            TensorMetadata(name="image", datatype="UINT8", shape=[-1, side, side, 3]),
            TensorMetadata(name="file", datatype="BYTES", shape=[-1]),
        ],
        outputs=[
            TensorMetadata(name="fake_probability", datatype="FP32", shape=[-1]),
            TensorMetadata(name="verdict", datatype="BYTES", shape=[-1]),
        ],
    )


@router.get("/models/{name}/ready", responses=OF_MODELS, openapi_extra=OF_ANY_VERSION)
@router.get(
    "/models/{name}/versions/{version}/ready",
    responses=OF_MODELS,
    openapi_extra=OF_ONE_VERSION,
)
async def model_ready(_manifest: NamedManifest, admission: TheAdmission) -> Ready:
    """Whether the model can be asked."""
    admission.check()
    return Ready(ready=True)


@router.post(
    "/models/{name}/infer",
    responses=OF_INFERENCE,
    openapi_extra={**OF_ANY_VERSION, "requestBody": BODY},
    response_model=InferenceResponse,
    dependencies=[ENTRANCE],
)
@router.post(
    "/models/{name}/versions/{version}/infer",
    responses=OF_INFERENCE,
    openapi_extra={**OF_ONE_VERSION, "requestBody": BODY},
    response_model=InferenceResponse,
    dependencies=[ENTRANCE],
)
async def infer(request: Request, detector: TheDetector, _manifest: NamedManifest) -> Response:
    """Score faces or files, of which one that cannot be scored fails all.

    Without a header that says where the JSON ends, all of the body is JSON: numbers for `image`,
    base64 for `file`.
    """

    async def work(body: bytes) -> Response:
        asked, binary = parse(body, request.headers.get(HEADER))
        model, outputs = await _score(request, detector, asked, binary)
        content, length = respond(asked, model, outputs)
        if length is None:
            return Response(content, media_type="application/json")
        return Response(
            content, headers={HEADER: str(length)}, media_type="application/octet-stream"
        )

    return await handle(request, read_body, work)


async def _score(
    request: Request, detector: Detector, asked: InferenceRequest, binary: bytes
) -> tuple[ModelName, dict[str, NDArray[Any]]]:
    """Who scored the one input, and every output for it, ``[n]`` each."""
    tensor = asked.inputs[0]
    if (tensor.name, tensor.datatype) == ("file", "BYTES"):
        return await _score_files(request, tensors.read_files(tensor.data, binary, tensor.shape))
    if (tensor.name, tensor.datatype) == ("image", "UINT8"):
        side = detector.model.manifest.input_side
        if not tensor.shape or tensor.shape != [max(1, tensor.shape[0]), side, side, 3]:
            raise MalformedInference(f"'image' must be of shape [n, {side}, {side}, 3].")
        images = tensors.read_images(tensor.data, binary, tensor.shape)
        return await _score_images(detector, images)
    raise MalformedInference(f"There is no input '{tensor.name}' of type {tensor.datatype}.")


async def _score_images(
    detector: Detector, images: Pixels
) -> tuple[ModelName, dict[str, NDArray[Any]]]:
    scores, manifest = await detector.score(images)
    verdicts = [verdict.judge(float(score), manifest.thresholds, []) for score in scores]
    model = ModelName(name=manifest.name, version=manifest.version)
    return model, {"fake_probability": scores, "verdict": np.array(verdicts)}


async def _score_files(
    request: Request, files: list[bytes]
) -> tuple[ModelName, dict[str, NDArray[Any]]]:
    if not 0 < len(files) <= MAX_FILES:
        raise MalformedInference(f"Send 1 to {MAX_FILES} files.")
    analyses = await asyncio.gather(*(analyse(request, file) for file in files))
    predictions = [analysis.prediction for analysis in analyses]
    scores = np.array([prediction.fake_probability for prediction in predictions], np.float32)
    verdicts = np.array([prediction.verdict for prediction in predictions])
    return predictions[0].model, {"fake_probability": scores, "verdict": verdicts}
