"""Why a request is refused, whatever picture it brings; the other half of ``service.errors``' tree.

DeepfakeError
├── UploadError              the request's body
│   ├── NotMultipart             415  not_multipart
│   ├── EncodedBody              415  encoded_body
│   ├── MalformedMultipart       400  malformed_multipart
│   ├── MissingFile              422  missing_file
│   ├── TooManyParts             422  too_many_parts
│   └── BodyTooSlow              408  body_too_slow
├── Unauthorized                 401  unauthorized
├── RateLimited                  429  rate_limited
├── InvalidParameter             422  invalid_parameter
├── MalformedInference           400  malformed_inference
├── UnknownModel                 404  unknown_model
├── Unavailable              not now; ``Retry-After`` says when to come back
│   ├── Overloaded               503  overloaded
│   ├── ModelNotReady            503  model_not_ready
│   └── Draining                 503  draining
└── ClientGone                   499  client_gone
"""

from typing import ClassVar

from service.errors import DeepfakeError


class UploadError(DeepfakeError):
    """The request's body is not one multipart file."""


class NotMultipart(UploadError):
    """The body is of another content type."""

    status = 415
    code = "not_multipart"
    title = "Not a multipart upload"


class EncodedBody(UploadError):
    """The body, or a part of it, is compressed, or encoded otherwise."""

    status = 415
    code = "encoded_body"
    title = "Encoded body"
    headers: ClassVar[dict[str, str]] = {"Accept-Encoding": "identity"}


class MalformedMultipart(UploadError):
    """The body claims to be multipart and cannot be parsed."""

    status = 400
    code = "malformed_multipart"
    title = "Malformed multipart body"


class MissingFile(UploadError):
    """No file came in the field ``file``."""

    status = 422
    code = "missing_file"
    title = "No file"


class TooManyParts(UploadError):
    """More came than one file."""

    status = 422
    code = "too_many_parts"
    title = "Too many parts"


class BodyTooSlow(UploadError):
    """The body stopped coming, came too slowly, or took too long in all."""

    status = 408
    code = "body_too_slow"
    title = "Body too slow"
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}


class Unauthorized(DeepfakeError):
    """The service asks for an API key, and none that it knows came."""

    status = 401
    code = "unauthorized"
    title = "Unauthorized"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class RateLimited(DeepfakeError):
    """The caller has asked as often as it may."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"

    def __init__(self, detail: str, limits: dict[str, str] | None = None, wait: int = 1) -> None:
        super().__init__(detail)
        self.headers = {**(limits or {}), "Retry-After": str(wait)}  # type: ignore[misc]


class InvalidParameter(DeepfakeError):
    """A parameter in the address has a value that it cannot have."""

    status = 422
    code = "invalid_parameter"
    title = "Invalid parameter"


class MalformedInference(DeepfakeError):
    """The body is not an inference request that the model can take."""

    status = 400
    code = "malformed_inference"
    title = "Malformed inference request"


class UnknownModel(DeepfakeError):
    """The path names a model or a version that is not served."""

    status = 404
    code = "unknown_model"
    title = "Unknown model"


class Unavailable(DeepfakeError):
    """The service cannot take the request now."""

    status = 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class Overloaded(Unavailable):
    """The service has as much to do as it can."""

    code = "overloaded"
    title = "Overloaded"


class ModelNotReady(Unavailable):
    """The model is still being loaded."""

    code = "model_not_ready"
    title = "Model not ready"


class Draining(Unavailable):
    """The service finishes what it has begun and ends; another one will answer."""

    code = "draining"
    title = "Draining"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1", "Connection": "close"}


class ClientGone(DeepfakeError):
    """The client hung up before its answer."""

    status = 499
    code = "client_gone"
    title = "Client gone"
