"""A client of the deepfake detector's API; it needs neither the model nor TensorFlow.

    from deepfake_client import Client

    with Client("http://localhost:8000") as client:
        answer = client.predict("face.jpg")
        print(answer.verdict, answer.fake_probability)

Answers are the service's own models. Errors are drawn in ``deepfake_client.errors``.
"""

from deepfake_client.async_client import AsyncClient
from deepfake_client.client import Client
from deepfake_client.errors import (
    BodyTooLarge,
    BodyTooSlow,
    CorruptImage,
    Draining,
    EmptyFile,
    EncodedBody,
    Error,
    ImageTooComplex,
    ImageTooLarge,
    ImageTooSmall,
    InternalError,
    InvalidParameter,
    MalformedMultipart,
    MissingFile,
    ModelNotReady,
    NotMultipart,
    Overloaded,
    PictureError,
    RateLimited,
    TooManyParts,
    Unauthorized,
    Unavailable,
    Unreachable,
    UnsupportedFormat,
)
from deepfake_client.pictures import Outcome
from service.scoring.schemas import PredictionResponse, Served
from service.scoring.words import Label, Reason, Verdict, WarningCode

__all__ = [
    "AsyncClient",
    "BodyTooLarge",
    "BodyTooSlow",
    "Client",
    "CorruptImage",
    "Draining",
    "EmptyFile",
    "EncodedBody",
    "Error",
    "ImageTooComplex",
    "ImageTooLarge",
    "ImageTooSmall",
    "InternalError",
    "InvalidParameter",
    "Label",
    "MalformedMultipart",
    "MissingFile",
    "ModelNotReady",
    "NotMultipart",
    "Outcome",
    "Overloaded",
    "PictureError",
    "PredictionResponse",
    "RateLimited",
    "Reason",
    "Served",
    "TooManyParts",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "UnsupportedFormat",
    "Verdict",
    "WarningCode",
]
