"""What a request can end in, by the API's ``code``.

Error                        any other code, and what is no answer of this service
├── PictureError             this picture cannot be scored; others can
│   ├── EmptyFile                422  empty_file
│   ├── UnsupportedFormat        415  unsupported_format
│   ├── CorruptImage             422  corrupt_image
│   ├── ImageTooLarge            413  image_too_large
│   ├── ImageTooComplex          413  image_too_complex
│   ├── ImageTooSmall            422  image_too_small
│   ├── BodyTooLarge             413  body_too_large
│   └── InternalError            500  internal_error
├── Unavailable              not now; it was asked again for as long as the client's ``patience``
│   ├── RateLimited              429  rate_limited
│   ├── Overloaded               503  overloaded
│   ├── ModelNotReady            503  model_not_ready
│   ├── Draining                 503  draining
│   └── Unreachable                   unreachable: no answer came
├── Unauthorized                 401  unauthorized
└── UploadError              what came is not what was sent: something on the way changed it
    ├── NotMultipart             415  not_multipart
    ├── EncodedBody              415  encoded_body
    ├── MalformedMultipart       400  malformed_multipart
    ├── MissingFile              422  missing_file
    ├── TooManyParts             422  too_many_parts
    ├── InvalidParameter         422  invalid_parameter
    └── BodyTooSlow              408  body_too_slow
"""

from collections.abc import Iterator


class Error(Exception):
    """Root of the tree; ``str(error)`` and ``detail`` are one line for a person.

    ``code`` is stable, for a program. ``status`` is HTTP's, and None where no answer came.
    ``request_id`` is to be quoted when asking for help; it is empty where the service gave none.
    """

    code: str = "unexpected_answer"

    def __init__(
        self, detail: str, *, code: str = "", status: int | None = None, request_id: str = ""
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.status = status
        self.request_id = request_id


class PictureError(Error):
    """This picture cannot be scored; others can."""


class EmptyFile(PictureError):
    """The file has no bytes."""

    code = "empty_file"


class UnsupportedFormat(PictureError):
    """The bytes are no picture in a format that is accepted."""

    code = "unsupported_format"


class CorruptImage(PictureError):
    """The file begins as a picture and cannot be decoded to its end."""

    code = "corrupt_image"


class ImageTooLarge(PictureError):
    """The picture has more pixels than the service decodes."""

    code = "image_too_large"


class ImageTooComplex(PictureError):
    """Decoding the picture would take far more work than its size tells."""

    code = "image_too_complex"


class ImageTooSmall(PictureError):
    """The picture is too small to show a face."""

    code = "image_too_small"


class BodyTooLarge(PictureError):
    """The file has more bytes than the service reads."""

    code = "body_too_large"


class InternalError(PictureError):
    """The service failed at this picture."""

    code = "internal_error"


class Unavailable(Error):
    """The service cannot take the picture now; ``retry_after`` is how many seconds it asks for."""

    retry_after: float = 0.0


class RateLimited(Unavailable):
    """The key, or else the address, has asked as often as it may."""

    code = "rate_limited"


class Overloaded(Unavailable):
    """The service has as much to do as it can."""

    code = "overloaded"


class ModelNotReady(Unavailable):
    """The model is still being loaded."""

    code = "model_not_ready"


class Draining(Unavailable):
    """The service is about to end; another one will answer."""

    code = "draining"


class Unreachable(Unavailable):
    """No answer came: not connected, cut off, or too late."""

    code = "unreachable"


class Unauthorized(Error):
    """The service asks for a key, and this is none that it knows."""

    code = "unauthorized"


class UploadError(Error):
    """What came is not what was sent: something on the way changed it."""


class NotMultipart(UploadError):
    """The body came with another content type."""

    code = "not_multipart"


class EncodedBody(UploadError):
    """The body came compressed, or encoded otherwise."""

    code = "encoded_body"


class MalformedMultipart(UploadError):
    """The body came damaged."""

    code = "malformed_multipart"


class MissingFile(UploadError):
    """The body came without the file."""

    code = "missing_file"


class TooManyParts(UploadError):
    """The body came with more than the file."""

    code = "too_many_parts"


class InvalidParameter(UploadError):
    """A parameter in the address came with a value that it cannot have."""

    code = "invalid_parameter"


class BodyTooSlow(UploadError):
    """The body stopped coming, or came too slowly."""

    code = "body_too_slow"


def _tree(kind: type[Error]) -> Iterator[type[Error]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)


BY_CODE = {kind.code: kind for kind in _tree(Error) if "code" in vars(kind)}
