"""The picture formats that are read; no other decoder of Pillow's is ever tried."""

from importlib.util import find_spec

from PIL import Image, PngImagePlugin, TiffImagePlugin

from service.pictures import bmp, heif, jpeg, png, tiff
from service.pictures.parts import Parts
from service.pictures.suffixes import BY_FORMAT

# One limit on pixels, ours, checked on the header before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
# Of a PNG's texts, which tell where it comes from: the longest prompts have some megabytes.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 16 << 20
# All compressions are read by the same library; Pillow's own way mistakes 16 bits in planes.
TiffImagePlugin.READ_LIBTIFF = True

FORMATS = tuple(BY_FORMAT)
if find_spec("pillow_heif"):  # comes with the extra `heic`
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
else:
    FORMATS = tuple(name for name in FORMATS if name != "HEIF")

MAX_SIDE = 65_535  # as many as a JPEG can have


def in_words() -> str:
    """``JPEG, PNG … and AVIF``."""
    return f"{', '.join(FORMATS[:-1])} and {FORMATS[-1]}"


def has_signature(data: bytes) -> bool:
    """Whether the first bytes are those of an accepted format."""
    accepts = (Image.OPEN[name][1] for name in FORMATS)
    return any(accept is not None and accept(data[:16]) is True for accept in accepts)


def split(data: bytes) -> Parts:
    """A file's parts, by its first bytes.

    Raises:
        UnsupportedFormat: it is a TIFF whose samples cannot be read as shades.
    """
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.split(data)
    if data.startswith(png.SIGNATURE):
        return png.split(data)
    if data.startswith(tiff.SIGNATURES):
        return tiff.split(data)
    if data.startswith(bmp.SIGNATURE):
        return bmp.split(data)
    return heif.split(data) if data[4:8] == heif.SIGNATURE else Parts(data)
