"""Bytes to the pixels that the model sees; training and serving both come through here."""

import hashlib
import math
from collections.abc import Callable
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
from service.pictures import colour, formats, jpeg, tiles, turbo
from service.pictures.clock import Clocked, OutOfTime
from service.pictures.orientation import orientation, upright, upright_size
from service.pictures.parts import Parts

MAX_PIXELS = 50_000_000
REDUCTIONS = (1, 2, 4, 8)  # at which a JPEG can be decoded, along a side
OF_SCANS = 3  # times as many pixels may a JPEG have that is held whole until it is decoded
# Bytes that a pixel takes meanwhile, at the most: Pillow has four, and for a moment copies. Other
# libraries have their own beside them, and transparency takes more.
HELD, HELD_MORE, HELD_IN_SCANS = 14, 22, 2  # the last, of each colour
SOON = 12 * MAX_PIXELS  # so many, all scans together, libjpeg-turbo reads in a second
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
    claim: Callable[[int], None] = lambda _: None,
) -> Picture:
    """Decode a file's bytes; of a moving picture, the first frame.

    The format is told by content, never by name. The picture is turned as its EXIF says, its
    colours are converted to sRGB as its profile says, transparency is laid on white, grey of up
    to 16 bits is scaled to 8. Metadata that cannot be read count as none. A JPEG that lacks its
    end marker only is as good as whole. A JPEG is decoded at a half, a quarter or an eighth if
    that still leaves ``enough`` pixels along its longer side (of a long one, along what is
    searched for faces at once), or if more than ``max_pixels`` would have to be decoded; that
    takes a fraction of the time and memory. ``max_seconds`` are of processor time. ``claim`` is
    told how many bytes of memory it takes, before they are, and may raise what keeps it.

    Raises:
        EmptyFile, UnsupportedFormat, CorruptImage, ImageTooLarge, ImageTooSmall, ImageTooComplex
    """
    if not data:
        raise EmptyFile("The file is empty.")
    parts = formats.split(data)
    image = open_header(parts.pixels, max_seconds)
    name, size = str(image.format), image.size
    scans = jpeg.scans(data) if name == "JPEG" else None
    number = scans.number if scans else 1
    if number > jpeg.MAX_SCANS:
        raise ImageTooComplex(f"The JPEG has more than {jpeg.MAX_SCANS} scans.")
    _check_size(image, name, number, max_pixels)
    if scans and not scans.ended:
        claim(_memory_of(image, name, number, REDUCTIONS[-1]))
        soon = number * math.prod(size) <= SOON
        whole = soon and turbo.is_whole(jpeg.ended(parts.pixels))
        return _decode_endless(data, whole, max_pixels, enough, max_seconds, claim)
    by = _reduction(*size, enough, max_pixels) if name == "JPEG" else 1
    claim(_memory_of(image, name, number, by))
    try:
        pixels = _plain(image, parts, number, by) if scans else None
        if pixels is None:
            pixels = _loaded(image, parts, by)
        turned = orientation(parts.exif or _bytes(image.info.get("exif")))
        pixels = upright(pixels, turned)
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


def _reduction(width: int, height: int, enough: int | None, max_pixels: int) -> int:
    """At which of the ``REDUCTIONS`` a JPEG of that size is to be decoded."""
    share = min(1, enough / tiles.longest_searched(width, height, enough)) if enough else 1
    most = min(width // math.ceil(width * share), height // math.ceil(height * share))
    by = max(reduction for reduction in REDUCTIONS if reduction <= most)
    fitting = (it for it in REDUCTIONS if width * height <= max_pixels * it**2)
    return max(by, next(fitting, REDUCTIONS[-1]))


def _memory_of(image: Image.Image, name: str, scans: int, by: int) -> int:
    """How many bytes it takes to decode it, at that reduction."""
    pixels = image.width * image.height
    more = name in ("WEBP", "AVIF", "HEIF") or _may_be_transparent(image)
    whole = pixels * HELD_IN_SCANS * len(image.getbands()) if scans > 1 else 0
    return pixels // by**2 * (HELD_MORE if more else HELD) + whole


def _may_be_transparent(image: Image.Image) -> bool:
    """Told by the header; Pillow's own ``has_transparency_data`` fails on a palette cut short."""
    return image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info


def _check_size(image: Image.Image, name: str, scans: int, max_pixels: int) -> None:
    width, height = image.size
    if max(width, height) > formats.MAX_SIDE:
        raise ImageTooLarge(
            f"The picture has {width} x {height} pixels; a side may have {formats.MAX_SIDE:,}."
        )
    kind, most = "picture", max_pixels
    if name == "JPEG":
        kind, most = "JPEG", max_pixels * REDUCTIONS[-1] ** 2
    if scans > 1:
        kind, most = "progressive JPEG", max_pixels * OF_SCANS
    if width * height > most:
        raise ImageTooLarge(
            f"The picture has {width} x {height} pixels; a {kind} may have {most:,}."
        )
    if min(width, height) < MIN_SIDE:
        raise ImageTooSmall(
            f"The picture has {width} x {height} pixels; each side needs at least {MIN_SIDE}."
        )


def _decode_endless(
    data: bytes,
    whole: bool,
    max_pixels: int,
    enough: int | None,
    max_seconds: float,
    claim: Callable[[int], None],
) -> Picture:
    """A JPEG without an end marker: whole if no pixel depends on what might follow.

    To find that out takes several decodings, unless it is known to be ``whole`` but for its end.
    """
    endings = jpeg.endings(data)
    endings = [jpeg.ended(data)] if whole and endings else endings
    limits = (max_pixels, enough, max_seconds / max(1, len(endings)), claim)
    pictures = (decode(it, *limits) for it in endings)
    first = next(pictures, None)
    if first is None or any(not np.array_equal(first.pixels, other.pixels) for other in pictures):
        raise CorruptImage("The JPEG data is damaged or cut short.")
    return replace(first, sha256=hashlib.sha256(data).hexdigest())


def _plain(image: Image.Image, parts: Parts, scans: int, by: int) -> Pixels | None:
    """Of a JPEG that is soon decoded, whatever is in it, and has no other colours than sRGB."""
    small = image.width * image.height <= MAX_PIXELS
    if scans > 1 or not small or image.mode != "RGB" or colour.differs(parts.profile, "RGB"):
        return None
    return turbo.decode(parts.pixels, *image.size, by)


def _loaded(image: ImageFile.ImageFile, parts: Parts, by: int) -> Pixels:
    if "progressive" in image.info:
        image.decodermaxblock = PIECE
    image.draft(None, (image.width // by, image.height // by))
    image.load()
    return np.asarray(_to_rgb(image, parts))


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
