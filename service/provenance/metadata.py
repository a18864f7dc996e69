"""The texts in a file's metadata, wherever its format keeps them; pixels are never decoded."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image

from service.pictures import imaging

MOST_SEARCHED = 1 << 17  # characters of one field
MOST_CHUNKS = 20_000  # of a PNG
SIGNATURE, END = b"\x89PNG\r\n\x1a\n", b"\0\0\0\0IEND\xaeB`\x82"
PIXELS = {b"IDAT", b"fdAT", b"fcTL", b"IEND"}
XMP_IN_PNG = "XML:com.adobe.xmp"
# A packet can be found in any format (ISO 16684-1, packet scanning), if it is not compressed.
PACKET = b"<x:xmpmeta"

# Data sets of IPTC-IIM's application record, https://www.iptc.org/std/IIM.
IIM = {
    5: "ObjectName",
    40: "SpecialInstructions",
    65: "OriginatingProgram",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    120: "Caption",
}
_IIM_RECORD = b"\x1c\x02"
_PHOTOSHOPS_IIM, _TIFFS_IIM = 0x0404, 33723


@dataclass(frozen=True, slots=True)
class Metadata:
    """What stands in a file: text chunks of a PNG, EXIF and the comment in it, packets of XMP, and
    IPTC-IIM by name.
    """

    png: dict[str, str]
    exif: Image.Exif
    comment: str
    xmp: list[str]
    iptc: dict[str, str]


def read(data: bytes) -> Metadata:
    """Of a picture file's bytes; a part that is broken is left out.

    Raises:
        UnsupportedFormat, CorruptImage
    """
    if data.startswith(SIGNATURE):
        data = without_pixels(data)
    with imaging.open_header(data) as image:
        info = image.info if image.format == "PNG" else {}
        png = {str(key): text(value) for key, value in info.items() if isinstance(value, str)}
        packets = [text(image.info.get("xmp")), png.get(XMP_IN_PNG, ""), _scanned(data)]
        profile = _profile(image, "xmp").decode("utf-8", "replace")
        exif = _exif(image)
        return Metadata(png, exif, _comment(exif), [*packets, profile], _iptc(image))


def text(value: Any) -> str:
    """What stands in a field, up to a bound."""
    if isinstance(value, bytes):
        value = value[:MOST_SEARCHED].decode("utf-8", "replace")
    return str(value or "")[:MOST_SEARCHED]


def without_pixels(data: bytes) -> bytes:
    """A PNG of the same chunks, those behind the pixels too, but for the pixels' own."""
    kept, at = [SIGNATURE], len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            break
        if data[at + 4 : at + 8] not in PIXELS:
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, END])


def _scanned(data: bytes) -> str:
    at = data.find(PACKET)
    return text(data[at : at + MOST_SEARCHED]) if at >= 0 else ""


def _exif(image: Image.Image) -> Image.Exif:
    with suppress(Exception):  # nearly anything is raised on broken EXIF
        # Of a PNG, its own method would look for more behind the pixels, which are gone.
        return Image.Image.getexif(image)
    return Image.Exif()


def _comment(exif: Image.Exif) -> str:
    with suppress(Exception):
        return text(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment))
    return ""


def _profile(image: Image.Image, name: str) -> bytes:
    """What ImageMagick keeps in a PNG's text: name, length, and the bytes in hexadecimal."""
    with suppress(ValueError):
        value = str(image.info.get(f"Raw profile type {name}", ""))[: 2 * MOST_SEARCHED]
        return bytes.fromhex("".join(value.split()[2:]))
    return b""


def _iptc(image: Image.Image) -> dict[str, str]:
    """IPTC-IIM, which JPEG keeps as Photoshop does, TIFF in a tag, and PNG as ImageMagick does."""
    photoshop = image.info.get("photoshop")
    in_jpeg = photoshop.get(_PHOTOSHOPS_IIM) if isinstance(photoshop, dict) else None
    in_tiff = getattr(image, "tag_v2", {}).get(_TIFFS_IIM)
    for block in (in_jpeg, in_tiff, _profile(image, "iptc")):
        if isinstance(block, bytes) and (found := iim(block)):
            return found
    return {}


def iim(block: bytes) -> dict[str, str]:
    """The texts of IPTC-IIM's application record, by name; of a repeated one, the first."""
    found: dict[str, str] = {}
    at = block.find(_IIM_RECORD)
    while at >= 0 and block[at : at + 2] == _IIM_RECORD and len(block) >= at + 5:
        size = int.from_bytes(block[at + 3 : at + 5])
        if name := IIM.get(block[at + 2]):
            found.setdefault(name, text(block[at + 5 : at + 5 + size]))
        at += 5 + size
    return found
