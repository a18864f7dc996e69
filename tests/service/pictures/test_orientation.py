"""Which way up: as the file says in each format; no EXIF refuses a picture or turns it wrongly."""

import random
import struct
import warnings

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Transpose

from service.pictures import imaging
from service.pictures.orientation import orientation
from tests.forged import png
from tests.pictures import PORTRAIT, encode

UPRIGHT = PORTRAIT.crop((0, 0, 96, 64))
# How an upright picture is stored for each orientation to turn it back.
STORED = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}
XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"]
JPEG_EXIF = b"Exif\0\0"


def exif(number: int, order: str = "<", kind: int = 3, more: tuple[bytes, ...] = ()) -> bytes:
    """A block of EXIF with the orientation, and more entries of twelve bytes each behind it."""
    value = struct.pack(f"{order}{'I' if kind == 4 else 'H'}", number).ljust(4, b"\0")
    entries = struct.pack(f"{order}HHI", 274, kind, 1) + value + b"".join(more)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    return head + struct.pack(f"{order}H", 1 + len(more)) + entries + bytes(40)


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack("<HHII", tag, kind, count, value)


# What breaks whoever reads, or writes anew, more of it than the orientation.
ODD = {
    "a resolution of -1/0": entry(282, 10, 1, 60),
    "a resolution in words": entry(282, 2, 12, 8),
    "a type that is none": entry(282, 99, 1, 0),
    "a value beyond the end": entry(271, 2, 500, 4_000_000_000),
    "four billion values": entry(271, 2, 4_294_967_295, 8),
    "GPS that is no directory": entry(34853, 2, 4, 0),
    "EXIF in a circle": entry(34665, 4, 1, 8),
    "EXIF beyond the end": entry(34665, 4, 1, 100_000),
    "the orientation again": entry(274, 2, 4, 0x41414141),
}


def with_exif(image: Image.Image, format: str, block: bytes) -> bytes:  # noqa: A002
    """As a camera writes it, without Pillow's looking at it."""
    if format == "PNG":
        return png((b"eXIf", block), data=encode(image, "PNG"))
    return encode(image, format, exif=JPEG_EXIF + block)


def closest(data: bytes) -> int:
    """By which orientation the picture was turned, by its pixels."""
    pixels = imaging.decode(data).pixels
    turned = {number: UPRIGHT.transpose(way) for number, way in STORED.items() if way is not None}
    found = {n: np.asarray(it, int) for n, it in {1: UPRIGHT, **turned}.items()}
    back = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
    same = {n: it for n, it in found.items() if it.shape == pixels.shape}
    return back[min(same, key=lambda n: np.abs(same[n] - pixels).mean())]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("number", STORED)
def test_a_picture_is_turned_once(number: int, format: str) -> None:  # noqa: A002
    way = STORED[number]
    stored = UPRIGHT if way is None else UPRIGHT.transpose(way)
    options = {"tiffinfo": {274: number}} if format == "TIFF" else {"exif": exif_of(number)}
    picture = imaging.decode(encode(stored, format, **options))
    assert (picture.width, picture.height) == UPRIGHT.size == picture.pixels.shape[1::-1]
    assert np.abs(picture.pixels - np.asarray(UPRIGHT, np.float64)).mean() < 4


def exif_of(number: int) -> Image.Exif:
    block = Image.Exif()
    block[274] = number
    return block


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", ODD)
def test_odd_values_beside_the_orientation_change_nothing(name: str, format: str) -> None:  # noqa: A002
    plain = with_exif(UPRIGHT, format, exif(6))
    odd = with_exif(UPRIGHT, format, exif(6, more=(ODD[name],)))
    assert np.array_equal(imaging.decode(odd).pixels, imaging.decode(plain).pixels)
    assert closest(odd) == 6


@pytest.mark.parametrize("name", ODD)
def test_nor_beside_that_of_a_tiff(name: str) -> None:
    data = bytearray(encode(UPRIGHT, "TIFF", tiffinfo={274: 6, 271: "Camera"}))
    at = data.index(struct.pack("<HH", 271, 2))
    data[at : at + 12] = ODD[name]
    picture = imaging.decode(bytes(data))
    expected = imaging.decode(encode(UPRIGHT, "TIFF", tiffinfo={274: 6}))
    assert np.array_equal(picture.pixels, expected.pixels)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize(
    "block",
    [b"", b"\0", b"II*\0", b"not EXIF at all", b"II*\0\xff\xff\xff\xff", bytes(200), b"\xff" * 200],
)
def test_exif_that_is_none_means_upright(block: bytes, format: str) -> None:  # noqa: A002
    if format in ("AVIF", "HEIF"):
        sound = exif(1)
        data = encode(UPRIGHT, format, exif=JPEG_EXIF + sound)
        data = data.replace(sound, block.ljust(len(sound), b"\0")[: len(sound)])
    else:
        data = with_exif(UPRIGHT, format, block)
    assert closest(data) == 1


def test_an_avif_is_turned_by_its_container_whatever_exif_says() -> None:
    """That may be broken (it refused the picture), or say the same again."""
    data, sound = encode(UPRIGHT, "AVIF", exif=JPEG_EXIF + exif(6)), exif(6)
    assert closest(data) == 6
    noise = b"\xff" * 8
    for said in (exif(1), exif(3), exif(6, more=(entry(282, 2, 12, 8),)), noise):
        assert closest(data.replace(sound[: len(said)], said[: len(sound)])) == 6


def test_a_heic_is_turned_by_its_container_alone() -> None:
    assert closest(heic_turned(1)) == 8
    assert closest(heic_turned(3)) == 6
    said = encode(UPRIGHT, "HEIF", exif=JPEG_EXIF + exif(1))
    assert exif(1) in said
    for number in range(1, 9):
        assert closest(said.replace(exif(1), exif(number))) == 1


def heic_turned(quarters: int) -> bytes:
    """With a box that says how far to turn it, to the left, as telephones write it."""
    data = bytearray(encode(UPRIGHT, "HEIF"))
    item = data.index(b"ipma") + 14  # how many properties it has, and which
    for name, more in ((b"meta", 10), (b"iprp", 10), (b"ipco", 9), (b"ipma", 1)):
        grow(data, data.index(name) - 4, more)
    grow(data, data.index(b"iloc") + 16, 10)
    data[item] += 1
    data[item + data[item] :] = bytes([0x80 | data[item]]) + data[item + data[item] :]
    end = data.index(b"ipma") - 4
    data[end:end] = struct.pack(">I4sB", 9, b"irot", quarters)
    return bytes(data)


def grow(data: bytearray, at: int, more: int) -> None:
    struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + more)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_xmp_turns_nothing_as_in_browsers(format: str) -> None:  # noqa: A002
    """Programs that turn the pixels often leave it as it was."""
    if format == "PNG":
        data = png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP), data=encode(UPRIGHT, "PNG"))
    elif format == "TIFF":
        data = encode(UPRIGHT, "TIFF", tiffinfo={700: XMP})
    else:
        data = encode(UPRIGHT, format, xmp=XMP)
    assert closest(data) == 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4])
@pytest.mark.parametrize("number", range(1, 9))
def test_the_orientation_is_read_in_either_order(number: int, kind: int, order: str) -> None:
    assert orientation(exif(number, order, kind)) == number
    assert orientation(JPEG_EXIF + exif(number, order, kind)) == number


@pytest.mark.parametrize("number", [0, 9, 255, 65535])
def test_a_number_that_is_none_means_upright(number: int) -> None:
    assert orientation(exif(number)) == 1


def test_no_noise_in_exif_refuses_a_picture() -> None:
    """A thousand, and none takes long."""
    noise = random.Random(0)  # noqa: S311
    block = exif(6, more=tuple(ODD.values()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(1000):
            damaged = bytearray(block)
            for _ in range(noise.choice([1, 2, 4, 16])):
                damaged[noise.randrange(len(block))] = noise.randrange(256)
            format = FORMATS[number % 3]  # noqa: A001
            picture = imaging.decode(with_exif(UPRIGHT, format, bytes(damaged)))
            assert {picture.width, picture.height} == {96, 64}


@pytest.mark.parametrize("before", [b"Exif\0\0" + b"\xff" * 40, b"Exif\0\0", b"Exif\0\0II*\0"[:8]])
def test_a_block_of_a_jpeg_that_is_none_hides_no_other(before: bytes) -> None:
    data = encode(UPRIGHT.transpose(Transpose.ROTATE_90), exif=JPEG_EXIF + exif(6))
    first = b"\xff\xe1" + struct.pack(">H", len(before) + 2) + before
    assert closest(data[:2] + first + data[2:]) == 1


def test_the_byte_behind_a_blocks_name_is_any() -> None:
    """It fills up only, as browsers read it."""
    data = encode(UPRIGHT.transpose(Transpose.ROTATE_90), exif=JPEG_EXIF + exif(6))
    assert closest(data.replace(JPEG_EXIF, b"Exif\0\xff")) == 1
