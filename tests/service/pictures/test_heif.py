"""HEIF files: EXIF is hidden from decoders, and nothing else is touched."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from service.pictures import code_points, heif, imaging
from tests.pictures import PORTRAIT, encode

FACE = PORTRAIT.crop((60, 40, 220, 200))


def exif() -> Image.Exif:
    block = Image.Exif()
    block[271] = "Camera"
    return block


@pytest.mark.parametrize("format", ["AVIF", "HEIF"])
def test_exif_is_hidden(format: str) -> None:  # noqa: A002
    data = encode(FACE, format, exif=exif())
    parts = heif.split(data)
    assert Image.open(io.BytesIO(data)).getexif()[271] == "Camera"
    hidden = Image.open(io.BytesIO(parts.pixels))
    assert 271 not in hidden.getexif()
    assert len(parts.pixels) == len(data)
    assert np.array_equal(imaging.decode(data).pixels, np.asarray(hidden))


@pytest.mark.parametrize(("version", "wide"), [(2, "H"), (3, "I")])
def test_items_have_numbers_of_either_width(version: int, wide: str) -> None:
    item = b"infe" + bytes([version, 0, 0, 0]) + struct.pack(f">{wide}H", 10, 0)
    assert heif.split(item + b"Exif\0").pixels == item + b"none\0"
    assert heif.split(item + b"av01\0").pixels == item + b"av01\0"


@pytest.mark.parametrize("format", ["AVIF", "HEIF"])
def test_what_has_no_exif_is_left_alone(format: str) -> None:  # noqa: A002
    data = encode(FACE, format)
    assert heif.split(data).pixels == data


def test_colours_named_by_number() -> None:
    p3, other = struct.pack(">HHHB", 12, 13, 6, 128), struct.pack(">HHHB", 9, 16, 9, 0)
    assert heif.split(b"colrnclx" + p3).profile == code_points.profile(12, 13) != b""
    assert heif.split(b"colrnclx" + other).profile == b""
    assert heif.split(b"colrnclx" + p3 + b"colrnclx" + p3).profile == code_points.profile(12, 13)
    assert heif.split(b"colrnclx" + p3 + b"colrnclx" + other).profile == b"", "which is not told"
    assert heif.split(b"colrnclx").profile == b""
