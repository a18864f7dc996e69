"""Bytes to the pixels that the model sees; training and serving both come through here."""

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFile, UnidentifiedImageError

from service.errors import (
    CorruptImage,
    EmptyFile,
    ImageTooComplex,
    ImageTooLarge,
    ImageTooSmall,
    UnsupportedFormat,
)
from service.pictures import colour, formats, jpeg
from service.pictures.clock import Clocked, OutOfTime
from service.pictures.orientation import orientation, upright, upright_size
from service.pictures.parts import Parts

MAX_PIXELS = 50_000_000
MAX_SECONDS = 5.0  # of processor time; as many pixels as are allowed take one or two
PIECE = 1024  # bytes of a progressive JPEG that are read at a time: a scan may have no more
MIN_SIDE = 32

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, upright.

    ``pixels`` is uint8 RGB ``[h, w, 3]``, of the whole picture and, unless it was reduced, of its
    ``width`` and ``height``; ``animated`` says that there are more frames or pages, ``sha256`` is
    of the file's bytes.
    """

    pixels: Pixels
    width: int
    height: int
    format: str
    animated: bool
    sha256: str

    @property
    def reduction(self) -> float:
        """How many of the picture's pixels are one of ``pixels``, along a side."""
        return float(self.width / self.pixels.shape[1])


def decode(
    data: bytes,
    max_pixels: int = MAX_PIXELS,
    enough: int | None = None,
    max_seconds: float = MAX_SECONDS,
) -> Picture:
    """Decode a file's bytes; of a moving picture, the first frame.

    The format is told by content, never by name. The picture is turned as its EXIF says, its
    colours are converted to sRGB as its profile says, transparency is laid on white, grey of up
    to 16 bits is scaled to 8. Metadata that cannot be read count as none. A JPEG that lacks its
    end marker only is as good as whole. One whose longer side has more pixels than ``enough`` is
    decoded at a half, a quarter or an eighth, if that still leaves as many; that takes a fraction
    of the time and memory. ``max_seconds`` are of processor time.

    Raises:
        EmptyFile, UnsupportedFormat, CorruptImage, ImageTooLarge, ImageTooSmall, ImageTooComplex
    """
    if not data:
        raise EmptyFile("The file is empty.")
    parts = formats.split(data)
    image = open_header(parts.pixels, max_seconds)
    name = str(image.format)
    _check_size(image, max_pixels)
    if name == "JPEG":
        scans = jpeg.scans(data)
        if scans.number > jpeg.MAX_SCANS:
            raise ImageTooComplex(f"The JPEG has more than {jpeg.MAX_SCANS} scans.")
        if not scans.ended:
            return _decode_endless(data, max_pixels, enough, max_seconds)
    try:
        if "progressive" in image.info:
            image.decodermaxblock = PIECE
        size = image.size
        if enough:
            share = min(1, enough / max(image.size))
            image.draft(None, (math.ceil(size[0] * share), math.ceil(size[1] * share)))
        image.load()
        turned = orientation(parts.exif or _bytes(image.info.get("exif")))
        pixels = np.asarray(_to_rgb(upright(image, turned), parts))
        animated = bool(getattr(image, "is_animated", False))
    except OutOfTime as error:
        raise ImageTooComplex(
            f"The {name} takes more than {max_seconds:g} seconds to decode."
        ) from error
    except Exception as error:  # decoders raise nearly anything on broken input
        raise CorruptImage(f"The {name} data is damaged or cut short.") from error
    width, height = upright_size(size, turned)
    return Picture(pixels, width, height, name, animated, hashlib.sha256(data).hexdigest())


def resize(pixels: Pixels, side: int) -> Pixels:
    """Resize uint8 RGB ``[h, w, 3]`` to ``[side, side, 3]``: bicubic, antialiased.

    The one resize of the project (``tf.image.resize`` gives other pixels): a golden test pins it.
    """
    if pixels.shape[:2] == (side, side):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC))


def open_header(data: bytes, max_seconds: float = MAX_SECONDS) -> ImageFile.ImageFile:
    """A file's header and metadata; its pixels are not read.

    Raises:
        UnsupportedFormat, CorruptImage
    """
    try:
        return Image.open(Clocked(data, max_seconds), formats=formats.FORMATS)
    except Exception as error:  # also here, decoders raise nearly anything
        if isinstance(error, UnidentifiedImageError) and not formats.has_signature(data):
            raise UnsupportedFormat(
                f"This is no picture that can be read; accepted: {formats.in_words()}."
            ) from error
        raise CorruptImage("The picture's header is damaged or cut short.") from error


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if max(width, height) > formats.MAX_SIDE:
        raise ImageTooLarge(
            f"The picture has {width} x {height} pixels; a side may have {formats.MAX_SIDE:,}."
        )
    if width * height > max_pixels:
        raise ImageTooLarge(
            f"The picture has {width} x {height} pixels; at most {max_pixels:,} can be scored."
        )
    if min(width, height) < MIN_SIDE:
        raise ImageTooSmall(
            f"The picture has {width} x {height} pixels; each side needs at least {MIN_SIDE}."
        )


def _decode_endless(
    data: bytes, max_pixels: int, enough: int | None, max_seconds: float
) -> Picture:
    """A JPEG without an end marker: whole if no pixel depends on what might follow."""
    endings = jpeg.endings(data)
    pictures = (decode(it, max_pixels, enough, max_seconds / len(endings)) for it in endings)
    first = next(pictures, None)
    if first is None or any(not np.array_equal(first.pixels, other.pixels) for other in pictures):
        raise CorruptImage("The JPEG data is cut short.")
    return replace(first, sha256=hashlib.sha256(data).hexdigest())


def _to_rgb(image: Image.Image, parts: Parts) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> (parts.bits - 8)).astype(np.uint8))
        if parts.negative:
            image = ImageChops.invert(image)
    shown = colour.to_srgb(image, parts.profile or _bytes(image.info.get("icc_profile")))
    if shown.mode == "RGBA":
        white = Image.new("RGBA", shown.size, "white")
        shown = Image.alpha_composite(white, shown).convert("RGB")
    return shown


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
