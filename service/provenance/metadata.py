"""The texts in a file's metadata, wherever its format keeps them; pixels are never decoded."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from PIL import ExifTags, Image

from service.pictures import imaging

MOST_SEARCHED = 1 << 17  # characters of one field
MOST_XMP, MOST_PACKETS = 1 << 20, 4  # a picture's whole history may stand in it
MOST_CHUNKS = 20_000  # of a PNG
EXIF = b"Exif\0\0"
SIGNATURE, END = b"\x89PNG\r\n\x1a\n", b"\0\0\0\0IEND\xaeB`\x82"
PIXELS = {b"IDAT", b"fdAT", b"fcTL", b"IEND"}
XMP_IN_PNG = "XML:com.adobe.xmp"
# A packet can be found in any format (ISO 16684-1, packet scanning), if it is not compressed.
PACKET = re.compile(rb"<x:x[am]pmeta")

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
_PHOTOSHOPS_IIM, _PHOTOSHOPS_RECORD = 0x0404, b"8BIM\x04\x04"
_TIFFS_IIM, _TIFFS_PHOTOSHOP = 33723, 34377


@dataclass(frozen=True, slots=True)
class Metadata:
    """What stands in a file: text chunks of a PNG, EXIF, comments by their place, packets of XMP,
    and IPTC-IIM by name.
    """

    png: dict[str, str]
    exif: Image.Exif
    comments: dict[str, str]
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
        iptc = _iptc(image)  # before EXIF is: of a TIFF, both read the same tags
        exif = _exif(image)
        return Metadata(png, exif, _comments(image, exif), _packets(image, data), iptc)


def text(value: Any, most: int = MOST_SEARCHED) -> str:
    """What stands in a field, up to a bound; of UTF-16, the letters that are ASCII's, too."""
    if isinstance(value, bytes):
        value = value[:most].replace(b"\0", b"").decode("utf-8", "replace")
    return str(value or "")[:most]


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


def _packets(image: Image.Image, data: bytes) -> list[str]:
    """Each once; those that are found by their beginning are all that follows, up to a bound."""
    profiles = (it for it in _profiles(image, "xmp", "APP1") if not it.startswith(EXIF))
    told = [image.info.get("xmp"), image.info.get(XMP_IN_PNG), *profiles]
    scanned = (data[found.start() :][:MOST_XMP] for found in PACKET.finditer(data))
    packets = [text(it, MOST_XMP) for it in (*told, *islice(scanned, MOST_PACKETS))]
    return [it for it in dict.fromkeys(packets) if it]


def _exif(image: Image.Image) -> Image.Exif:
    with suppress(Exception):  # nearly anything is raised on broken EXIF
        # Of a PNG, its own method would look for more behind the pixels, which are gone.
        if exif := Image.Image.getexif(image):
            return exif
        exif.load(next(_profiles(image, "APP1"), b""))
        return exif
    return Image.Exif()


def _comments(image: Image.Image, exif: Image.Exif) -> dict[str, str]:
    found = {"comment": text(image.info.get("comment"))} if image.format != "PNG" else {}
    with suppress(Exception):
        comment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
        found["EXIF UserComment"] = text(comment).replace("\0", "")  # it may be in UTF-16
    return found


def _profiles(image: Image.Image, *names: str) -> Iterator[bytes]:
    """What ImageMagick keeps in a PNG's text: name, length, and the bytes in hexadecimal."""
    for name in names:
        with suppress(ValueError):
            value = str(image.info.get(f"Raw profile type {name}", ""))[: 2 * MOST_SEARCHED]
            if profile := bytes.fromhex("".join(value.split()[2:])):
                yield profile


def _iptc(image: Image.Image) -> dict[str, str]:
    """IPTC-IIM, which JPEG keeps as Photoshop does, TIFF in a tag, and PNG as ImageMagick does."""
    photoshop = image.info.get("photoshop")
    in_jpeg = photoshop.get(_PHOTOSHOPS_IIM) if isinstance(photoshop, dict) else None
    # As they stand in the file: many programs say that these bytes are numbers of 32 bits.
    tags = getattr(getattr(image, "tag_v2", None), "_tagdata", {})
    in_tiff = (tags.get(tag) for tag in (_TIFFS_IIM, _TIFFS_PHOTOSHOP))
    for block in (in_jpeg, *in_tiff, *_profiles(image, "iptc", "8bim")):
        if isinstance(block, bytes) and (found := iim(block)):
            return found
    return {}


def iim(block: bytes) -> dict[str, str]:
    """The texts of IPTC-IIM's application record, by name; of a repeated one, the first."""
    found: dict[str, str] = {}
    at = block.find(_IIM_RECORD, max(block.find(_PHOTOSHOPS_RECORD), 0))
    while at >= 0 and block[at : at + 2] == _IIM_RECORD and len(block) >= at + 5:
        size = int.from_bytes(block[at + 3 : at + 5])
        if name := IIM.get(block[at + 2]):
            found.setdefault(name, text(block[at + 5 : at + 5 + size]))
        at += 5 + size
    return found
