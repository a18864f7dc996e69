"""Distortions: each does what it is named after, reproducibly, and gives a file that decodes."""

import io

import numpy as np
import pytest
from PIL import Image

from service.pictures import imaging
from tests.pictures import PORTRAIT, encode
from training.data.distortions import DISTORTIONS, jpeg, noisy

FILE = encode(PORTRAIT, quality=95)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(imaging.decode(data).pixels, np.float64)


def error(data: bytes) -> float:
    return float(np.abs(pixels(data) - pixels(FILE)).mean())


@pytest.mark.parametrize("name", DISTORTIONS)
def test_a_distortion_gives_a_picture_that_the_service_reads_and_is_reproducible(name: str) -> None:
    changed = DISTORTIONS[name](FILE)
    assert changed == DISTORTIONS[name](FILE)
    assert imaging.decode(changed).pixels.std() > 30


def test_a_lower_quality_is_a_larger_error_and_a_smaller_file() -> None:
    files = [jpeg(quality)(FILE) for quality in (90, 70, 50, 30)]
    assert sorted(files, key=len, reverse=True) == files
    assert sorted(files, key=error) == files


@pytest.mark.parametrize(
    ("name", "side"),
    [
        *(("half size", 160), ("quarter size", 80), ("screenshot", 416), ("forwarded twice", 205)),
        *(("scaled to 0.8", 256), ("cropped by 3 %", 310)),
    ],
)
def test_a_resize_gives_the_size_that_it_says(name: str, side: int) -> None:
    assert imaging.decode(DISTORTIONS[name](FILE)).pixels.shape == (side, side, 3)


def test_a_small_picture_is_not_made_smaller_than_the_service_takes() -> None:
    small = DISTORTIONS["quarter size"](encode(PORTRAIT.resize((150, 120)), "PNG"))
    assert imaging.decode(small).pixels.shape == (imaging.MIN_SIDE, 38, 3)


def test_blur_takes_detail_away_and_noise_adds_some() -> None:
    def detail(data: bytes) -> float:
        return float(np.abs(np.diff(pixels(data), axis=1)).mean())

    assert detail(DISTORTIONS["blur, 1 pixel"](FILE)) < 0.8 * detail(FILE)
    assert detail(DISTORTIONS["noise, 8 grey levels"](FILE)) > 1.2 * detail(FILE)


def test_noise_has_the_deviation_that_it_says() -> None:
    grey = encode(Image.new("RGB", (200, 200), (128, 128, 128)), "PNG")
    assert pixels(noisy(8)(grey)).std() == pytest.approx(8, rel=0.02)


def test_a_resave_keeps_the_format_jpeg() -> None:
    assert Image.open(io.BytesIO(DISTORTIONS["forwarded twice"](FILE))).format == "JPEG"


def test_a_crop_takes_as_much_from_each_side() -> None:
    cropped = pixels(DISTORTIONS["cropped by 3 %"](FILE))
    assert np.array_equal(cropped, pixels(FILE)[5:-5, 5:-5])
