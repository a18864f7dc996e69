"""Augmentation: reproducible, in range, and the same for both labels."""

import numpy as np
import pytest

from tests.pictures import PORTRAIT, smooth
from training.augment import mirror, recolour, scramble

IMAGE = np.asarray(PORTRAIT.resize((120, 120)))


def scrambled(seeds: range) -> np.ndarray:
    augment = scramble(96)
    return np.stack([augment(IMAGE, np.random.default_rng(seed)) for seed in seeds])


@pytest.fixture(scope="module")
def forty() -> np.ndarray:
    return scrambled(range(40))


def test_mirror_turns_about_half_of_the_pictures_and_changes_nothing_else() -> None:
    generator = np.random.default_rng(0)
    images = [np.asarray(smooth(seed, side=32)) for seed in range(40)]
    augmented = [mirror(image, generator) for image in images]
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(augmented, images, strict=True)]
    same = [np.array_equal(a, b) for a, b in zip(augmented, images, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 8 <= sum(mirrored) <= 32


def test_recolour_by_nothing_changes_nothing() -> None:
    assert np.array_equal(recolour(IMAGE, np.ones(3), 1, 1), IMAGE)


def test_recolour_without_saturation_is_grey_of_the_same_brightness() -> None:
    grey = recolour(IMAGE, np.ones(3), 1, 0)
    assert np.ptp(grey, axis=-1).max() == 0
    assert grey.mean() == pytest.approx(IMAGE.mean(), abs=1)


def test_recolour_turns_contrast_about_the_middle() -> None:
    flat = recolour(IMAGE, np.ones(3), 0.5, 1)
    assert flat.mean() == pytest.approx(IMAGE.mean(), abs=1)
    assert flat.std() == pytest.approx(IMAGE.std() / 2, rel=0.02)


def test_recolour_gives_each_channel_its_gain() -> None:
    red = recolour(IMAGE, np.array([0.5, 1, 1]), 1, 1)
    assert red[..., 0].mean() == pytest.approx(IMAGE[..., 0].mean() / 2, abs=1)
    assert np.array_equal(red[..., 1:], IMAGE[..., 1:])


def test_recolour_stays_in_range_where_it_must_clip() -> None:
    assert recolour(IMAGE, np.full(3, 4.0), 2, 1).max() == 255


def test_scramble_gives_the_networks_input(forty: np.ndarray) -> None:
    assert forty.shape == (40, 96, 96, 3)
    assert forty.dtype == np.uint8


def test_scramble_depends_on_the_generator_alone(forty: np.ndarray) -> None:
    assert np.array_equal(forty, scrambled(range(40)))
    assert len({picture.tobytes() for picture in forty}) == len(forty)


def sharpness(pictures: np.ndarray) -> np.ndarray:
    steps: np.ndarray = np.abs(np.diff(pictures.mean(axis=-1), axis=2))
    return np.asarray(steps.mean(axis=(1, 2)))


def test_scramble_spreads_sharpness_and_brightness(forty: np.ndarray) -> None:
    """So that neither can stand for a label."""
    sharp, bright = sharpness(forty), forty.mean(axis=(1, 2, 3))
    assert sharp.std() / sharp.mean() > 0.15
    assert bright.std() > 8


def test_scramble_leaves_fine_traces_in_some_pictures() -> None:
    """A checkerboard of two grey levels, the finest trace there is, is lost in JPEG and blur."""
    board = np.indices((96, 96)).sum(axis=0) % 2 * 40 + 100
    image = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    augment = scramble(96)
    kept = [sharpness(augment(image, np.random.default_rng(seed))[None])[0] for seed in range(60)]
    assert 10 <= sum(step > 10 for step in kept) <= 50
