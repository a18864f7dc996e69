"""The picture formats that are read; no other decoder of Pillow's is ever tried."""

import re
from importlib.util import find_spec

from PIL import Image

# One limit on pixels, ours, checked on the header before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif",),
}
if find_spec("pillow_heif"):  # comes with the extra `heic`
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    _SUFFIXES["HEIF"] = (".heic", ".heif")

FORMATS = tuple(_SUFFIXES)
SUFFIXES = frozenset(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)

MAX_SIDE = 65_535  # as many as a JPEG can have
MAX_SCANS = 100  # of a progressive JPEG; encoders make a dozen, and each costs a whole decoding
# Of a part, with its length behind it (ITU-T T.81, B.1.1); none can stand in a scan's own data.
_MARK = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")
_SCAN, _END = b"\xda", b"\xd9"


def in_words() -> str:
    """``JPEG, PNG … and AVIF``."""
    return f"{', '.join(FORMATS[:-1])} and {FORMATS[-1]}"


def has_signature(data: bytes) -> bool:
    """Whether the first bytes are those of an accepted format."""
    accepts = (Image.OPEN[name][1] for name in FORMATS)
    return any(accept is not None and accept(data[:16]) is True for accept in accepts)


def name_of(image: Image.Image) -> str:
    """Its format; what holds several JPEGs is a JPEG, of which the first is shown."""
    return "JPEG" if image.format == "MPO" else str(image.format)


def is_animated(image: Image.Image) -> bool:
    """Whether it has more frames or pages than the one that is decoded."""
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


def scans_of(data: bytes) -> int:
    """How many scans a JPEG's bytes have; those beyond one too many are not counted.

    They end at its end: telephones put whole films behind it.
    """
    position, scans = len(b"\xff\xd8"), 0
    while scans <= MAX_SCANS and (mark := _MARK.search(data, position)):
        if mark[1] == _END:
            break
        scans += mark[1] == _SCAN
        position = mark.end() + int.from_bytes(data[mark.end() : mark.end() + 2])
    return scans
