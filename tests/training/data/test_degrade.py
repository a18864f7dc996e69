"""What happens to a file on its way: it stays a picture of the same scene, and is reproducible."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from tests.pictures import smooth
from training.data import degrade
from training.data.degrade import compress, rescale
from training.data.example import Image

SIDE = 96
IMAGE = np.asarray(smooth(0, SIDE))

Change = Callable[[Image, np.random.Generator], Image]
CHANGES = [
    degrade.degrade,
    rescale,
    compress,
    degrade._blur,
    degrade._telephone,
    degrade._noise,
    degrade._print,
    degrade._again,
]


def often(change: Change, times: int = 200, image: Image = IMAGE) -> list[Image]:
    return [change(image, np.random.default_rng(seed)) for seed in range(times)]


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_a_square_picture_of_the_same_scene(change: Change) -> None:
    for changed in often(change, 60):
        assert changed.dtype == np.uint8
        assert changed.shape[0] == changed.shape[1] <= SIDE
        assert changed.shape[2] == 3
        assert np.abs(changed.mean(axis=(0, 1)) - IMAGE.mean(axis=(0, 1))).max() < 12


@pytest.mark.parametrize("change", CHANGES)
def test_the_generator_alone_decides(change: Change) -> None:
    for one, other in zip(often(change, 20), often(change, 20), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "share"),
    [
        (degrade._blur, 0.2),
        (degrade._telephone, 0.17),  # of the fifth, some are neither denoised nor sharpened
        (degrade._noise, 0.25),
        (degrade._print, 0.02),
        (rescale, 0.5),
        (degrade._again, 0.2),
    ],
)
def test_it_happens_to_some_pictures(change: Change, share: float) -> None:
    grain = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    changed = [not np.array_equal(it, grain) for it in often(change, 600, grain)]
    assert np.mean(changed) == pytest.approx(share, abs=0.06)
    assert any(changed)


def test_some_are_scaled_up_again() -> None:
    sides = [len(it) for it in often(rescale)]
    same = [it for it in often(rescale) if len(it) == SIDE and not np.array_equal(it, IMAGE)]
    assert min(sides) < SIDE / 2
    assert same


@pytest.mark.parametrize(
    ("extension", "settings", "start"),
    [
        (".jpg", (1, 50), b"\xff\xd8"),
        (".webp", (64, 50), b"RIFF"),
        (".avif", (512, 50, 514, 10), b"\x00\x00\x00"),
    ],
)
def test_each_format_is_written_and_read(
    extension: str, settings: tuple[int, ...], start: bytes
) -> None:
    assert cv2.imencode(extension, IMAGE, settings)[1].tobytes().startswith(start)
    again = degrade._through(IMAGE, extension, settings)
    assert again.shape == IMAGE.shape
    assert np.abs(again.astype(int) - IMAGE).mean() < 6


def test_compression_is_of_three_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def through(image: Image, extension: str, settings: tuple[int, ...]) -> Image:
        asked.append(extension)
        assert 35 <= settings[1] <= 95
        return image

    monkeypatch.setattr(degrade, "_through", through)
    often(compress, 2000)
    assert len(asked) == pytest.approx(1500, abs=80)
    shares = {name: asked.count(name) / len(asked) for name in set(asked)}
    assert shares == pytest.approx({".jpg": 0.87, ".webp": 0.1, ".avif": 0.03}, abs=0.03)


def test_a_print_has_dots() -> None:
    flat = np.full((SIDE, SIDE, 3), 128, np.uint8)
    printed = next(it for it in often(degrade._print, 600, flat) if it.std() > 1)
    spectrum = np.abs(np.fft.fft2(printed[..., 0] - printed[..., 0].mean()))
    assert spectrum.max() > 20 * np.median(spectrum)


def test_telephones_sharpen_edges_and_smooth_grain() -> None:
    edge = np.zeros((SIDE, SIDE, 3), np.uint8) + 80
    edge[:, SIDE // 2 :] = 160
    assert max(int(it.max()) for it in often(degrade._telephone, 100, edge)) > 165
    grain = np.clip(np.random.default_rng(0).normal(128, 6, edge.shape), 0, 255).astype(np.uint8)
    assert min(float(it.std()) for it in often(degrade._telephone, 100, grain)) < 4
