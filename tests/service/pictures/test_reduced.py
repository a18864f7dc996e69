"""Large JPEGs are decoded at a reduced scale, and little memory is taken for it."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image

from service.errors import ImageTooLarge
from service.pictures import imaging, jpeg
from tests.conftest import ROOT
from tests.pictures import PORTRAIT, encode, smooth


def large(width: int, height: int, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(PORTRAIT.resize((width, height)), exif=exif)


@pytest.mark.parametrize(
    ("enough", "width"),
    [(None, 1600), (1601, 1600), (1600, 1600), (801, 1600), (800, 800), (400, 400), (1, 200)],
)
def test_a_large_jpeg_is_decoded_at_a_reduced_scale(enough: int | None, width: int) -> None:
    picture = imaging.decode(large(1600, 1200), enough=enough)
    assert picture.pixels.shape == (width * 3 // 4, width, 3)
    assert (picture.width, picture.height) == (1600, 1200)
    assert picture.reduction == 1600 / width
    shrunk = np.asarray(PORTRAIT.resize((width, width * 3 // 4)), np.float64)
    assert np.abs(picture.pixels - shrunk).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reduced_picture_knows_its_upright_size(orientation: int) -> None:
    data = large(1604, 1600, orientation)  # an eighth of it is square
    whole, reduced = imaging.decode(data), imaging.decode(data, enough=1)
    assert reduced.pixels.shape == (201 - (orientation < 5), 201 - (orientation >= 5), 3)
    assert (reduced.width, reduced.height) == (whole.width, whole.height)
    assert (whole.height, whole.width) == whole.pixels.shape[:2]


@pytest.mark.parametrize(
    ("most", "reduction"), [(1_920_000, 1), (1_919_999, 2), (480_000, 2), (479_999, 4), (30_000, 8)]
)
def test_of_a_jpeg_no_more_pixels_are_decoded_than_are_allowed(most: int, reduction: int) -> None:
    """It is the decoded ones that take memory; the picture is told at its own size."""
    picture = imaging.decode(large(1600, 1200), max_pixels=most)
    assert picture.reduction == reduction
    assert (picture.width, picture.height) == (1600, 1200)
    assert picture.pixels.shape[0] * picture.pixels.shape[1] <= most


def test_enough_is_left_only_if_that_is_allowed() -> None:
    assert imaging.decode(large(1600, 1200), enough=800, max_pixels=10**6).reduction == 2
    assert imaging.decode(large(1600, 1200), enough=800, max_pixels=10**5).reduction == 8


@pytest.mark.parametrize(
    ("options", "allowed", "told"),
    [
        ({}, 30_000, "a JPEG may have 1,919,936"),
        ({"progressive": True}, 640_000, "a progressive JPEG may have 1,919,997"),
        ({"format": "PNG"}, 1_920_000, "a picture may have 1,919,999"),
    ],
)
def test_too_large_is_what_must_be_held_in_memory(
    options: dict[str, Any], allowed: int, told: str
) -> None:
    """A progressive JPEG is held as a whole, at whatever scale it is decoded."""
    data = encode(PORTRAIT.resize((1600, 1200)), **options)
    assert imaging.decode(data, max_pixels=allowed).width == 1600
    with pytest.raises(ImageTooLarge, match=f"has 1600 x 1200 pixels; {told}."):
        imaging.decode(data, max_pixels=allowed - 1)


def test_a_jpegs_scans_are_counted() -> None:
    """Those of a baseline one may be several, too; then libjpeg holds it as it does the others."""
    assert jpeg.scans(large(64, 64)).number == 1
    several = encode(PORTRAIT, progressive=True)
    assert jpeg.scans(several).number == several.count(b"\xff\xda") > 5
    assert jpeg.scans(several + several) == jpeg.scans(several)


@pytest.mark.parametrize(("size", "width"), [((800, 6400), 800), ((2560, 20_480), 640)])
def test_a_long_jpeg_keeps_enough_of_its_shorter_side(size: tuple[int, int], width: int) -> None:
    """What is searched for faces at once is a part of it: ``service.pictures.tiles``."""
    data = encode(Image.new("RGB", size, "grey"))
    assert imaging.decode(data, enough=1280).pixels.shape[1] == width


GROWTH = """
import resource, sys
from service.pictures import imaging

data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
imaging.decode(data, enough=1280)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has another unit elsewhere")
@pytest.mark.parametrize(("progressive", "most"), [(False, 60), (True, 300)])
def test_a_photograph_of_108_megapixels_takes_little_memory(progressive: bool, most: int) -> None:
    """Measured 25 MiB, and 206 of a progressive one in grey; decoded as a whole, over 1,000."""
    data = encode(Image.new("L", (12_000, 9_000), 128), progressive=progressive)
    command = [sys.executable, "-W", "ignore", "-c", GROWTH]
    kibibytes = subprocess.run(command, input=data, stdout=subprocess.PIPE, cwd=ROOT, check=True)
    assert int(kibibytes.stdout) < most * 1024


@pytest.mark.parametrize(("mode", "least"), [("L", 2), ("RGB", 6), ("CMYK", 8)])
def test_all_colours_of_a_progressive_jpeg_are_held(mode: str, least: int) -> None:
    claims: list[int] = []
    data = encode(PORTRAIT.convert(mode).resize((1600, 1200)), progressive=True)
    imaging.decode(data, enough=1, claim=claims.append)
    assert claims[0] >= least * 1600 * 1200


def test_other_formats_are_never_reduced() -> None:
    assert imaging.decode(encode(smooth(1, 500), "PNG"), enough=100).reduction == 1
