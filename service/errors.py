"""The root of every error that the service knows, and the errors of a picture and of a start.

    DeepfakeError
    ├── BodyTooLarge             413  body_too_large
    ├── ImageError               the picture
    │   ├── EmptyFile                422  empty_file
    │   ├── UnsupportedFormat        415  unsupported_format
    │   ├── CorruptImage             422  corrupt_image
    │   ├── ImageTooLarge            413  image_too_large
    │   ├── ImageTooComplex          413  image_too_complex
    │   └── ImageTooSmall            422  image_too_small
    ├── SettingsError            a DEEPFAKE_* variable; stops the start, never a request
    ├── FaceModelError           the face detector's file; stops the start, never a request
    ├── BulkError                a bulk run's source, output or cluster; never a request
    ├── TableError               a CSV to go on with; never a request
    ├── MissingExtra             a command's packages; never a request
    ├── ArtifactError            the model's folder; stops the start, never a request
    ├── ThresholdsError          the file of own thresholds; stops the start, never a request
    ├── CalibrationError         the pictures for own thresholds; never a request
    └── ...                      those of a request are drawn in ``service.web.refusals``

A caller can mend an error of a picture: its ``detail`` says how, in words that can be shown to a
person, and its ``code`` never changes, so that a program can act on it.
"""

from typing import ClassVar


class DeepfakeError(Exception):
    """Root of the tree; ``str(error)`` is one line for a person."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Internal error"
    headers: ClassVar[dict[str, str]] = {}


class BodyTooLarge(DeepfakeError):
    """The body is over the limit in bytes."""

    status = 413
    code = "body_too_large"
    title = "Body too large"


class ImageError(DeepfakeError):
    """The file cannot be scored as a picture."""


class EmptyFile(ImageError):
    """The file has no bytes."""

    status = 422
    code = "empty_file"
    title = "Empty file"


class UnsupportedFormat(ImageError):
    """The bytes are no picture in a format that is accepted."""

    status = 415
    code = "unsupported_format"
    title = "Unsupported format"


class CorruptImage(ImageError):
    """The file begins as a picture and cannot be decoded to its end."""

    status = 422
    code = "corrupt_image"
    title = "Corrupt image"


class ImageTooLarge(ImageError):
    """The picture has more pixels than the limit."""

    status = 413
    code = "image_too_large"
    title = "Image too large"


class ImageTooComplex(ImageError):
    """Decoding the picture would take far more work than its size tells."""

    status = 413
    code = "image_too_complex"
    title = "Image too complex"


class ImageTooSmall(ImageError):
    """The picture is too small to show a face."""

    status = 422
    code = "image_too_small"
    title = "Image too small"


class SettingsError(DeepfakeError):
    """An environment variable has a value that cannot be used."""


class FaceModelError(DeepfakeError):
    """The face detector's file is missing, or is another one."""


class ArtifactError(DeepfakeError):
    """The model's folder is missing, malformed, or does not fit its own model.json."""


class ThresholdsError(DeepfakeError):
    """The file of own thresholds is missing, malformed, or of another model."""


class CalibrationError(DeepfakeError):
    """No thresholds can be had from these pictures, or they cannot be written."""


class TableError(DeepfakeError):
    """A CSV that was to be gone on with cannot be read, or is another table."""


class BulkError(DeepfakeError):
    """A bulk run cannot begin or go on: its source, its output or its cluster is at fault."""


class MissingExtra(DeepfakeError):
    """A command needs packages of an extra that is not installed."""
