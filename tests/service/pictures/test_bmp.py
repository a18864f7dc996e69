"""BMP files: the colour profile that the newest header names."""

import struct

import numpy as np
import pytest
from PIL import Image

from service.pictures import bmp, imaging
from tests.pictures import encode
from tests.profiles import profile
from tests.service.pictures.test_colour import FACE, WIDE, in_space


def with_profile(image: Image.Image, said: bytes) -> bytes:
    """With a header of the fifth version, and the profile behind the pixels."""
    pixels = encode(image, "BMP")[54:]
    head = struct.pack("<IiiHHII", 124, *image.size, 1, 24, 0, len(pixels)) + bytes(32)
    head += b"DEBM" + bytes(52) + struct.pack("<II4x", 124 + len(pixels), len(said))
    size = 14 + len(head + pixels + said)
    return struct.pack("<2sIHHI", b"BM", size, 0, 0, 14 + len(head)) + head + pixels + said


@pytest.mark.parametrize("space", WIDE)
def test_it_looks_as_it_did_in_srgb(space: str) -> None:
    pixels = imaging.decode(with_profile(in_space(space), profile(space))).pixels
    assert np.abs(pixels - np.asarray(FACE, np.float64)).mean() < 1


@pytest.mark.parametrize("said", [b"", b"\xff" * 200, profile("ProPhoto")[:-200]])
def test_a_profile_that_is_none_is_ignored(said: bytes) -> None:
    pixels = imaging.decode(with_profile(FACE, said)).pixels
    assert np.array_equal(pixels, np.asarray(FACE))


def test_one_that_lies_beyond_the_end_or_is_not_named_is_none() -> None:
    said = profile("ProPhoto")
    whole = with_profile(FACE, said)
    assert bmp.split(whole).profile == said
    assert bmp.split(whole[: -len(said)]).profile == b""
    assert bmp.split(whole.replace(b"DEBM", b"BGRs")).profile == b""
    assert bmp.split(whole[:100]).profile == bmp.split(encode(FACE, "BMP")).profile == b""
