"""Where texts stand in files of each format: before the pixels, behind them, packed or not."""

import struct
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from service.provenance import metadata
from service.provenance.marks import marks
from service.provenance.metadata import MOST_CHUNKS, iim, without_pixels
from service.provenance.records import AiUse
from tests.forged import jpeg_with
from tests.pictures import PORTRAIT, encode, png_chunk, smooth

TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PACKET = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a b="{TYPE}"/></x:xmpmeta>'.encode()
KEYWORD = b"XML:com.adobe.xmp\0"
PLAIN = encode(PORTRAIT, "PNG")
BEFORE, BEHIND = 33, len(PLAIN) - 12  # places for chunks


def dataset(number: int, text: bytes) -> bytes:
    return b"\x1c\x02" + struct.pack(">BH", number, len(text)) + text


IPTC = (
    b"\x1c\x01\x5a\0\x03\x1b%G"  # UTF-8, as record 1 says
    + dataset(0, b"\0\x04")
    + dataset(80, b"Anna Example")
    + dataset(65, b"Example Painter 3")
    + dataset(110, b"Made with Google AI")
    + dataset(120, b"Anna at the sea")
)
OTHER_RESOURCE = b"8BIM\x04\x0c\0\0\x1c\x02"
RESOURCE = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC + b"\0" * (len(IPTC) % 2)


def profile(name: str, content: bytes) -> bytes:
    """As ImageMagick writes it into a PNG's zTXt."""
    digits = content.hex()
    lines = [f"\n{name}", f"{len(content):8}", digits[:72], digits[72:], ""]
    return f"Raw profile type {name}\0\0".encode() + zlib.compress("\n".join(lines).encode())


def inserted(at: int, *chunks: tuple[bytes, bytes], data: bytes = PLAIN) -> bytes:
    return data[:at] + b"".join(png_chunk(*chunk) for chunk in chunks) + data[at:]


@pytest.mark.parametrize("at", [BEFORE, BEHIND], ids=["before the pixels", "behind them"])
@pytest.mark.parametrize(
    "chunk",
    [
        (b"tEXt", KEYWORD + PACKET),
        (b"zTXt", KEYWORD + b"\0" + zlib.compress(PACKET)),
        (b"iTXt", KEYWORD + b"\0\0\0\0" + PACKET),
        (b"iTXt", KEYWORD + b"\1\0\0\0" + zlib.compress(PACKET)),
        (b"zTXt", profile("xmp", PACKET)),
        (b"zTXt", profile("APP1", b"http://ns.adobe.com/xap/1.0/\0" + PACKET)),
        (b"tEXt", KEYWORD + PACKET.replace(b"<a", b"<h>" + b"painted, " * 60_000 + b"</h><a")),
    ],
    ids=["tEXt", "zTXt", "iTXt", "compressed iTXt", "raw profile", "ImageMagick 6", "long"],
)
def test_xmp_of_a_png(chunk: tuple[bytes, bytes], at: int) -> None:
    (mark,) = marks(metadata.read(inserted(at, chunk)))
    assert (mark.place, mark.declares_ai) == ("IPTC DigitalSourceType", AiUse.GENERATED)


def silent_webp() -> bytes:
    """With XMP of which the head says nothing, as tools leave it that add it later."""
    data = bytearray(encode(PORTRAIT, "WEBP", xmp=PACKET))
    assert data[12:16] == b"VP8X"
    data[20] &= ~0x04
    return bytes(data)


def gif() -> bytes:
    return encode(PORTRAIT, "GIF")[:-1] + b"\x21\xff\x0bXMP DataXMP" + PACKET + b"\x01\0\0;"


def extended() -> bytes:
    """XMP that goes on in a segment of its own, behind the main packet."""
    body = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + bytes(8) + PACKET
    data = encode(PORTRAIT, xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>')
    at = data.index(b"\xff\xdb")
    return data[:at] + b"\xff\xe1" + struct.pack(">H", 2 + len(body)) + body + data[at:]


@pytest.mark.parametrize(
    "make",
    [
        lambda: encode(PORTRAIT, xmp=PACKET),
        extended,
        lambda: encode(PORTRAIT, "WEBP", xmp=PACKET.decode().encode("utf-16")),
        lambda: encode(PORTRAIT, "WEBP", xmp=PACKET),
        silent_webp,
        lambda: encode(PORTRAIT, "AVIF", xmp=PACKET),
        lambda: encode(PORTRAIT, "HEIF", xmp=PACKET),
        gif,
        lambda: encode(PORTRAIT, "MPO", save_all=True, append_images=[smooth(1)], xmp=PACKET),
    ],
    ids=[
        *("JPEG", "extended", "UTF-16", "WEBP", "WEBP that does not say so", "AVIF", "HEIF"),
        *("GIF", "MPO"),
    ],
)
def test_xmp_of_other_formats(make: Callable[[], bytes]) -> None:
    (mark,) = marks(metadata.read(make()))
    assert (mark.place, mark.declares_ai) == ("IPTC DigitalSourceType", AiUse.GENERATED)


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("moving", [False, True])
def test_other_chunks_of_a_png(behind: bool, moving: bool) -> None:
    more = {"save_all": True, "append_images": [smooth(1, 320)]} if moving else {}
    data = encode(PORTRAIT, "PNG", **more)
    exif = Image.Exif()
    exif[0x0131] = "Adobe Firefly"
    chunks = (b"tEXt", b"Software\0NovelAI"), (b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    found = metadata.read(inserted(len(data) - 12 if behind else BEFORE, *chunks, data=data))
    assert {mark.generator for mark in marks(found)} == {"NovelAI", "Adobe Firefly"}


def test_a_png_without_pixels_is_cheap() -> None:
    assert len(without_pixels(inserted(BEHIND, (b"tEXt", b"Software\0GIMP")))) < 200
    many = PLAIN[:BEFORE] + png_chunk(b"IDAT", b"") * 1_600_000
    began = time.monotonic()
    assert len(without_pixels(many)) < 200
    assert time.monotonic() - began < 1


def test_what_lies_behind_too_many_chunks_is_left_aside() -> None:
    told = (b"tEXt", b"Software\0GIMP")
    for count, found in ((MOST_CHUNKS - 100, {"Software": "GIMP"}), (MOST_CHUNKS, {})):
        data = inserted(BEHIND, *[(b"IDAT", b"")] * count, told)
        assert metadata.read(data).png == found


@pytest.mark.parametrize("end", [BEFORE, BEFORE + 5, BEHIND - 100, BEHIND])
def test_a_png_that_is_cut_short_keeps_what_came_before(end: int) -> None:
    chunk = png_chunk(b"tEXt", b"Software\0GIMP")
    data = PLAIN[:BEFORE] + chunk + PLAIN[BEFORE:]
    assert metadata.read(data[: end + len(chunk)]).png == {"Software": "GIMP"}


def iptc_in_jpeg() -> bytes:
    body, data = b"Photoshop 3.0\0" + RESOURCE, encode(PORTRAIT)
    return data[:2] + b"\xff\xed" + struct.pack(">H", 2 + len(body)) + body + data[2:]


def iptc_in_tiff(tag: int = 33723, block: bytes = IPTC) -> bytes:
    tags = Image.Exif()
    tags[tag] = block
    return encode(PORTRAIT, "TIFF", exif=tags)


def iptc_in_tiff_as_numbers() -> bytes:
    """Of 32 bits, as many programs say of these bytes."""
    block = IPTC + b"\0" * (-len(IPTC) % 4)
    data = bytearray(iptc_in_tiff(block=block))
    at = data.index(struct.pack("<H", 33723), struct.unpack_from("<I", data, 4)[0])
    struct.pack_into("<HI", data, at + 2, 4, len(block) // 4)
    return bytes(data)


def test_exif_of_imagemagick_6() -> None:
    exif = Image.Exif()
    exif[0x0131] = "Adobe Firefly"
    block = b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")
    (mark,) = marks(metadata.read(inserted(BEFORE, (b"zTXt", profile("APP1", block)))))
    assert (mark.place, mark.generator) == ("EXIF Software", "Adobe Firefly")


@pytest.mark.parametrize(
    "make",
    [
        iptc_in_jpeg,
        lambda: inserted(BEFORE, (b"zTXt", profile("iptc", RESOURCE))),
        lambda: inserted(BEHIND, (b"zTXt", profile("iptc", IPTC))),
        lambda: inserted(BEFORE, (b"zTXt", profile("8bim", OTHER_RESOURCE + RESOURCE))),
        iptc_in_tiff,
        iptc_in_tiff_as_numbers,
        lambda: iptc_in_tiff(34377, RESOURCE),
    ],
    ids=[
        *("JPEG", "PNG", "PNG without Photoshop's frame", "PNG of old", "TIFF"),
        *("TIFF of numbers", "TIFF of Photoshop"),
    ],
)
def test_iptc_of_each_format(make: Callable[[], bytes]) -> None:
    program, credit = marks(metadata.read(make()))
    assert (program.place, program.value) == ("IPTC OriginatingProgram", "Example Painter 3")
    assert (credit.place, credit.value, credit.generator) == ("IPTC Credit", None, "Google AI")


def test_a_source_type_and_a_job_in_iptc() -> None:
    job = b"anna --v 7 Job ID: 00000000-0000-4000-8000-000000000000"
    block = dataset(40, TYPE.encode()) + dataset(120, job)
    found = marks(metadata.read(inserted(BEFORE, (b"zTXt", profile("iptc", block)))))
    assert [it.declares_ai for it in found] == [AiUse.GENERATED, None]
    assert [it.generator for it in found] == [None, "Midjourney"]


@pytest.mark.parametrize(
    ("block", "found"),
    [
        (b"", {}),
        (b"\x1c\x02", {}),
        (b"\x1c\x02\x6e\xff\xffshort", {"Credit": "short"}),
        (dataset(110, b"one") + dataset(110, b"two"), {"Credit": "one"}),
        (dataset(200, b"what") + dataset(110, b"who") + b"rubbish", {"Credit": "who"}),
        (dataset(110, b"\xff\xfe"), {"Credit": "\ufffd\ufffd"}),
    ],
)
def test_data_sets_are_read_to_where_they_break(block: bytes, found: dict[str, str]) -> None:
    assert iim(block) == found


@pytest.mark.parametrize(
    "broken",
    [
        (b"tEXt", b"Raw profile type iptc\0 no hexadecimal"),
        (b"tEXt", b"Raw profile type exif\0 no hexadecimal"),
        (b"eXIf", b"rubbish"),
        (b"eXIf", b"MM\0*" + bytes(60)),
    ],
)
def test_a_broken_part_does_not_hide_the_others(broken: tuple[bytes, bytes]) -> None:
    (mark,) = marks(metadata.read(inserted(BEFORE, (b"tEXt", b"Software\0NovelAI"), broken)))
    assert mark.generator == "NovelAI"


def test_rubbish_in_many_segments_is_soon_done_with() -> None:
    began = time.monotonic()
    metadata.read(jpeg_with(b"Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff", 150))
    assert time.monotonic() - began < 2
