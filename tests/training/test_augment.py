"""Augmentation: reproducible, in range, and the same for both labels."""

import cv2
import numpy as np
import pytest

from tests.pictures import PORTRAIT, smooth
from training.augment import mirror, recolour, scramble

IMAGE = np.asarray(PORTRAIT.resize((120, 120)))
NOWHERE = np.zeros((32, 32), np.int8)


def scrambled(seeds: range) -> np.ndarray:
    augment = scramble(96)
    return np.stack([augment(IMAGE, NOWHERE, np.random.default_rng(seed))[0] for seed in seeds])


@pytest.fixture(scope="module")
def forty() -> np.ndarray:
    return scrambled(range(40))


def test_mirror_turns_about_half_of_the_pictures_and_changes_nothing_else() -> None:
    generator = np.random.default_rng(0)
    images = [np.asarray(smooth(seed, side=32)) for seed in range(40)]
    augmented = [mirror(image, NOWHERE, generator)[0] for image in images]
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
    pictures = [augment(image, NOWHERE, np.random.default_rng(seed))[0] for seed in range(60)]
    kept = [sharpness(picture[None])[0] for picture in pictures]
    assert 10 <= sum(step > 10 for step in kept) <= 50


@pytest.mark.parametrize("side", [120, 30])
def test_the_map_of_changes_goes_where_the_picture_goes(side: int) -> None:
    """A bright disc on black and its own map, of the picture's resolution or a coarser one."""
    image, changes = np.zeros((120, 120, 3), np.uint8), np.zeros((120, 120), np.uint8)
    cv2.circle(image, (80, 45), 20, (255, 255, 255), -1)
    cv2.circle(changes, (80, 45), 20, 1, -1)
    share = cv2.resize(changes.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    coarse = (share > 0.5).astype(np.int8)
    augment = scramble(96)
    for seed in range(20):
        picture, where = augment(image, coarse, np.random.default_rng(seed))
        grey = picture.mean(axis=-1)
        bright = grey > (grey.max() + grey.min()) / 2
        seen = cv2.resize(where.astype(np.uint8), (96, 96), interpolation=cv2.INTER_NEAREST) == 1
        assert (bright & seen).sum() / (bright | seen).sum() > 0.65
