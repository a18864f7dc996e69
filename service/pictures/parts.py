"""What a picture file holds: what its pixels need, and what is said beside them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """A file's parts; of formats whose decoder gives ``exif`` and ``profile``, they are empty.

    ``pixels`` is the file less its metadata, so that no decoder can stumble over them. ``exif``
    is laid out as a TIFF file, ``profile`` is one of the ICC. ``bits`` are those of a grey
    sample, where it has more than 8; of a ``negative``, white is zero.
    """

    pixels: bytes
    exif: bytes = b""
    profile: bytes = b""
    bits: int = 16
    negative: bool = False
