"""Bytes to pixels: formats, orientation, transparency, limits, damage, and the one resize."""

import contextlib
import hashlib

import numpy as np
import pytest
from PIL import Image

from service.errors import (
    CorruptImage,
    EmptyFile,
    ImageError,
    ImageTooComplex,
    ImageTooLarge,
    ImageTooSmall,
    UnsupportedFormat,
)
from service.pictures import imaging
from service.pictures.formats import MAX_SIDE
from service.pictures.jpeg import MAX_SCANS
from tests.forged import jpeg_of_scans
from tests.pictures import PORTRAIT, encode, png_of_size, smooth


@pytest.mark.parametrize("name", ["PNG", "WEBP", "BMP", "TIFF"])
def test_lossless_formats_give_the_same_pixels(name: str) -> None:
    picture = imaging.decode(encode(smooth(1), name, lossless=True))
    assert picture.format == name
    assert np.array_equal(picture.pixels, np.asarray(smooth(1)))


@pytest.mark.parametrize("name", ["JPEG", "GIF", "AVIF", "HEIF"])
def test_lossy_formats_give_nearly_the_same_pixels(name: str) -> None:
    picture = imaging.decode(encode(smooth(1), name))
    difference = np.abs(picture.pixels.astype(int) - np.asarray(smooth(1)).astype(int))
    assert picture.format == name
    assert difference.mean() < 8


def test_a_picture_knows_its_size_and_the_hash_of_its_bytes(face: bytes) -> None:
    picture = imaging.decode(face)
    assert (picture.width, picture.height) == PORTRAIT.size
    assert picture.sha256 == hashlib.sha256(face).hexdigest()
    assert picture.pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("orientation", "transposed"),
    [
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),  # stored rotated by 90 degrees, to be turned back
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
def test_exif_orientation_is_applied(orientation: int, transposed: Image.Transpose) -> None:
    upright = PORTRAIT.crop((0, 0, 200, 120))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(upright.transpose(transposed), "PNG", exif=exif)
    assert np.array_equal(imaging.decode(data).pixels, np.asarray(upright))


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    assert (imaging.decode(encode(clear, "PNG")).pixels == 255).all()


def test_a_palette_with_transparency_is_laid_on_white() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([255, 0, 0] * 256)
    assert (imaging.decode(encode(image, "PNG", transparency=0)).pixels == 255).all()


def test_sixteen_bit_greyscale_is_scaled_not_clipped() -> None:
    grey = Image.fromarray(np.full((40, 40), 0x8000, np.uint16))
    assert (imaging.decode(encode(grey, "PNG")).pixels == 0x80).all()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_colour_spaces_become_rgb(mode: str) -> None:
    picture = imaging.decode(encode(PORTRAIT.convert(mode)))
    assert picture.pixels.shape == (*PORTRAIT.size[::-1], 3)


def test_a_progressive_jpeg_is_one_like_others() -> None:
    progressive, baseline = (encode(PORTRAIT, progressive=whether) for whether in (True, False))
    assert np.array_equal(imaging.decode(progressive).pixels, imaging.decode(baseline).pixels)


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_moving_picture_gives_its_first_frame(name: str) -> None:
    """Or the first page, and says so."""
    alone = imaging.decode(encode(smooth(1), name, lossless=True))
    data = encode(smooth(1), name, save_all=True, append_images=[smooth(2)], lossless=True)
    first = imaging.decode(data)
    difference = np.abs(first.pixels.astype(int) - alone.pixels.astype(int))
    assert difference.mean() < 2
    assert (first.animated, alone.animated) == (True, False)


def test_several_jpegs_in_one_are_the_first_jpeg() -> None:
    """As cameras and telephones write them, with a preview or a map of depths behind."""
    data = encode(smooth(1), "MPO", save_all=True, append_images=[smooth(2)])
    picture = imaging.decode(data)
    assert (picture.format, picture.animated) == ("JPEG", False)
    assert np.array_equal(picture.pixels, imaging.decode(encode(smooth(1))).pixels)


def test_nothing_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        imaging.decode(b"")


@pytest.mark.parametrize("data", [b"hello", b"<svg></svg>", b"%PDF-1.7", bytes(1000)])
def test_what_is_no_picture_is_refused_with_the_accepted_formats(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match="JPEG, PNG, WEBP, BMP, GIF, TIFF"):
        imaging.decode(data)


def test_a_format_that_pillow_reads_but_we_do_not_offer_is_refused() -> None:
    with pytest.raises(UnsupportedFormat):
        imaging.decode(encode(PORTRAIT, "PPM"))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_file_is_corrupt(name: str, share: float) -> None:
    data = encode(PORTRAIT, name)
    with pytest.raises(CorruptImage):
        imaging.decode(data[: int(len(data) * share)])


def test_a_flipped_bit_raises_nothing_but_image_errors(face: bytes) -> None:
    generator = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(face)
        damaged[generator.integers(len(face))] ^= 1 << generator.integers(8)
        with contextlib.suppress(ImageError):
            assert imaging.decode(bytes(damaged)).pixels.dtype == np.uint8


def test_a_gigantic_header_is_refused_before_anything_is_decoded() -> None:
    with pytest.raises(ImageTooLarge, match=r"15000 x 15000 pixels; a picture may have 50,000,000"):
        imaging.decode(png_of_size(15_000, 15_000))


def test_a_side_has_a_limit_of_its_own() -> None:
    assert imaging.decode(encode(Image.new("L", (MAX_SIDE, 32)), "PNG")).width == MAX_SIDE
    with pytest.raises(ImageTooLarge, match=r"65536 x 32.*65,535"):
        imaging.decode(png_of_size(MAX_SIDE + 1, 32))


def test_a_jpeg_has_a_limit_of_scans() -> None:
    fewest = jpeg_of_scans(0).count(b"\xff\xda")
    assert imaging.decode(jpeg_of_scans(MAX_SCANS - fewest)).width == 512
    with pytest.raises(ImageTooComplex, match="100 scans"):
        imaging.decode(jpeg_of_scans(MAX_SCANS - fewest + 1))


def test_the_pixel_limit_is_inclusive() -> None:
    data = encode(smooth(1, side=100), "PNG")
    assert imaging.decode(data, max_pixels=10_000).width == 100
    with pytest.raises(ImageTooLarge):
        imaging.decode(data, max_pixels=9_999)


@pytest.mark.parametrize("size", [(0, 0), (0, 50)])
def test_no_pixels_are_corrupt(size: tuple[int, int]) -> None:
    with pytest.raises(CorruptImage):
        imaging.decode(png_of_size(*size))


@pytest.mark.parametrize("size", [(1, 1), (31, 500)])
def test_too_small_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageTooSmall, match="at least 32"):
        imaging.decode(png_of_size(*size))


def test_resize_is_pillows_antialiased_bicubic() -> None:
    """Golden values: another filter, or one without antialiasing, gives others."""
    ramp = np.arange(0, 256, 4).astype(np.uint8).reshape(8, 8).repeat(3).reshape(8, 8, 3)
    assert imaging.resize(ramp, 3)[:, :, 0].tolist() == [
        [33, 43, 53],
        [116, 126, 136],
        [199, 209, 219],
    ]


def test_resize_leaves_a_fitting_square_alone() -> None:
    pixels = np.asarray(smooth(3))
    assert imaging.resize(pixels, pixels.shape[0]) is pixels


def test_a_palette_that_is_missing_is_a_corrupt_image() -> None:
    """Its header is asked for transparency before its pixels are read."""
    whole = encode(PORTRAIT.convert("P"), "PNG")
    start = whole.index(b"PLTE") - 4
    end = start + 12 + int.from_bytes(whole[start : start + 4])
    with pytest.raises(CorruptImage):
        imaging.decode(whole[:start] + whole[end:])
