"""TIFF files: shades as their numbers mean them, or refused; never black, white or a negative."""

import io
import itertools
import struct
import warnings
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from service.errors import UnsupportedFormat
from service.pictures import imaging, tiff
from tests.pictures import PORTRAIT, encode
from tests.profiles import profile

FACE = PORTRAIT.crop((60, 40, 156, 120))
RGB, GREY = np.asarray(FACE), np.asarray(FACE.convert("L"))
DEPTHS = {"uint8": 255, "uint16": 65535}
OTHERS = ["int8", "int16", "uint32", "int32", "float16", "float32", "float64"]


def written(values: NDArray[np.generic], **options: object) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, metadata=None, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def decoded(data: bytes) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return imaging.decode(data).pixels.astype(np.float64)


def shades(depth: str, negative: bool) -> NDArray[np.generic]:
    values = (255 - GREY if negative else GREY) / 255 * DEPTHS[depth]
    return values.round().astype(depth)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True)])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_grey_of_8_and_16_bits(
    photometric: str, depth: str, order: str, compression: str | None, big: bool
) -> None:
    values = shades(depth, photometric == "miniswhite")
    for tile in (None, (32, 32)):
        data = written(
            values,
            photometric=photometric,
            byteorder=order,
            compression=compression,
            bigtiff=big,
            tile=tile,
        )
        assert np.abs(decoded(data)[..., 0] - GREY).max() <= 1


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_colours_of_8_and_16_bits(depth: str, planar: str) -> None:
    """In planes, too, of which Pillow's own way mistakes those of 16 bits."""
    values = (RGB.astype(int) * (DEPTHS[depth] // 255)).astype(depth)
    stored = np.moveaxis(values, -1, 0) if planar == "separate" else values
    for order, compression in itertools.product("<>", (None, "zlib")):
        data = written(
            stored,
            photometric="rgb",
            planarconfig=planar,
            byteorder=order,
            compression=compression,
        )
        assert np.abs(decoded(data) - RGB).max() <= 1


@pytest.mark.parametrize("depth", OTHERS)
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite", "rgb"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_other_numbers_are_refused_and_named(order: str, photometric: str, depth: str) -> None:
    values = (RGB if photometric == "rgb" else GREY).astype(depth)
    for big in (False, True):
        data = written(values, photometric=photometric, byteorder=order, bigtiff=big)
        with pytest.raises(UnsupportedFormat, match=rf"of {np.dtype(depth).itemsize * 8} bits"):
            imaging.decode(data)


STRANGE: dict[str, tuple[NDArray[np.generic], dict[str, Any]]] = {
    "white is zero, and clear": (
        np.dstack([GREY, GREY]),
        {"photometric": "miniswhite", "extrasamples": ["unassalpha"]},
    ),
    "16 bits of grey, and clear": (
        np.dstack([GREY, GREY]).astype(np.uint16),
        {"photometric": "minisblack", "extrasamples": ["unassalpha"]},
    ),
    "CIE Lab of 16 bits": (RGB.astype(np.uint16), {"photometric": "cielab"}),
    "a sensor's numbers": (GREY, {"photometric": "cfa"}),
    "JPEG 2000 inside": (RGB, {"photometric": "rgb", "compression": 34712}),
    "WebP inside": (RGB, {"photometric": "rgb", "compression": 50001}),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_sound_file_of_a_kind_that_is_not_read_is_not_called_damaged(name: str) -> None:
    values, options = STRANGE[name]
    options, compression = {"byteorder": "<", **options}, options.get("compression", 1)
    plain, named = (struct.pack("<HHII", 259, 3, 1, number) for number in (1, compression))
    data = written(values, **options | {"compression": None}).replace(plain, named)
    with pytest.raises(UnsupportedFormat, match="way to store pixels is not read"):
        imaging.decode(data)


def test_twelve_bits_are_scaled() -> None:
    values = GREY.astype(np.uint16) * 16 + 7
    packed = np.empty((*GREY.shape[:1], GREY.shape[1] * 3 // 2), np.uint8)
    packed[:, 0::3] = values[:, 0::2] >> 4
    packed[:, 1::3] = (values[:, 0::2] & 15) << 4 | values[:, 1::2] >> 8
    packed[:, 2::3] = values[:, 1::2] & 255
    data = bytearray(written(packed, photometric="minisblack", byteorder="<"))
    for tag, value in ((256, GREY.shape[1]), (258, 12)):
        at = next(i for i in range(8, len(data)) if data[i : i + 2] == struct.pack("<H", tag))
        struct.pack_into("<I", data, at + 8, value)
    assert np.abs(decoded(bytes(data))[..., 0] - GREY).max() <= 1


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "LA"])
def test_modes_that_pillow_writes(mode: str, compression: str) -> None:
    image = (
        FACE.convert("RGB").convert(mode)
        if mode != "LAB"
        else Image.new("LAB", (64, 64), (128, 128, 128))
    )
    data = encode(image, "TIFF", compression=compression)
    if mode == "LAB":
        assert 110 < decoded(data).mean() < 130
    else:
        assert np.abs(decoded(data) - np.asarray(image.convert("RGB"))).mean() < 3


@pytest.mark.parametrize("compression", ["raw", "group4", "tiff_lzw"])
def test_black_on_white_and_white_on_black(compression: str) -> None:
    """Telefaxes have white as zero."""
    dots = FACE.convert("1")
    for photometric in (0, 1):
        info = {262: photometric}
        pixels = decoded(encode(dots, "TIFF", compression=compression, tiffinfo=info))
        assert np.array_equal(pixels, np.asarray(dots.convert("RGB"), float))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_palette_of_8_bits_is_as_one_of_16(order: str) -> None:
    """Some programs write one where the other should be: all black."""
    palette = FACE.quantize(64)
    colours = np.zeros((3, 256), np.uint16)
    colours[:, :64] = np.array(palette.getpalette()).reshape(-1, 3).T[:, :64]
    for scale in (1, 257):
        options = {"photometric": "palette", "byteorder": order, "colormap": colours * scale}
        pixels = decoded(written(np.asarray(palette), **options))
        assert np.array_equal(pixels, np.asarray(palette.convert("RGB")))


def test_its_parts_are_taken_apart() -> None:
    data = encode(FACE, "TIFF", icc_profile=profile("ProPhoto"), tiffinfo={271: "Camera", 305: "x"})
    parts = tiff.split(data)
    assert parts.profile == profile("ProPhoto")
    assert len(parts.pixels) == len(data)
    image = Image.open(io.BytesIO(parts.pixels))
    assert {271, 282, 305, 34675} & set(image.tag_v2) == set()  # type: ignore[attr-defined]
    assert np.array_equal(np.asarray(image), RGB)
    assert tiff.split(parts.pixels).pixels == parts.pixels


@pytest.mark.parametrize("tag", [271, 282, 296, 305, 306, 700, 33723, 34675])
@pytest.mark.parametrize("kind", [0, 1, 2, 3, 5, 10, 12, 99])
def test_no_field_of_metadata_refuses_a_picture(kind: int, tag: int) -> None:
    data = bytearray(encode(FACE, "TIFF", tiffinfo={315: "Someone", 296: 3}))
    at = data.index(struct.pack("<HH", 315, 2))
    struct.pack_into("<HHII", data, at, tag, kind, 0x7FFFFFFF, 0x7FFFFFFF)
    assert np.array_equal(decoded(bytes(data)), RGB)


@pytest.mark.parametrize("kind", [0, 1, 2, 3, 4, 5, 7, 10, 12, 99])
@pytest.mark.parametrize(("count", "value"), [(1, 0xFFFFFFFF), (2, 6), (0x7FFFFFFF, 6), (0, 0)])
def test_an_orientation_that_makes_no_sense_is_none(kind: int, count: int, value: int) -> None:
    data = bytearray(encode(FACE, "TIFF", tiffinfo={274: 6}))
    at = data.index(struct.pack("<HH", 274, 3))
    struct.pack_into("<HHII", data, at, 274, kind, count, value)
    assert np.array_equal(decoded(bytes(data)), RGB)


def test_a_directory_that_is_none_is_left_alone() -> None:
    for data in (b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff" + bytes(100)):
        assert tiff.split(data).pixels == data
    endless = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**62) + bytes(1000)
    assert tiff.split(endless).pixels == endless


def test_further_pages_are_left() -> None:
    pages = encode(FACE, "TIFF", save_all=True, append_images=[FACE], tiffinfo={271: "Camera"})
    assert imaging.decode(pages).animated
    assert not imaging.decode(encode(FACE, "TIFF")).animated
