"""Augmentation: reproducible, in range, and the same for both labels."""

import numpy as np
import pytest
import tensorflow as tf

from tests.pictures import PORTRAIT, smooth
from training.augment import mirror, scramble

SEED = tf.constant([0, 7], tf.int64)


@pytest.fixture(scope="module")
def images() -> tf.Tensor:
    return tf.constant(np.stack([np.asarray(PORTRAIT.resize((120, 120)))] * 40))


def test_mirror_turns_about_half_of_the_pictures_and_changes_nothing_else() -> None:
    images = np.stack([np.asarray(smooth(seed, side=32)) for seed in range(40)])
    augmented = mirror(tf.constant(images), SEED).numpy()
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(augmented, images, strict=True)]
    same = [np.array_equal(a, b) for a, b in zip(augmented, images, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 8 <= sum(mirrored) <= 32


def test_scramble_gives_the_networks_input(images: tf.Tensor) -> None:
    augmented = scramble(96)(images, SEED)
    assert augmented.shape == (40, 96, 96, 3)
    assert augmented.dtype == tf.float32
    assert 0 <= augmented.numpy().min() < augmented.numpy().max() <= 255


def test_scramble_depends_on_the_seed_alone(images: tf.Tensor) -> None:
    first = scramble(96)(images, SEED).numpy()
    assert np.array_equal(first, scramble(96)(images, SEED).numpy())
    assert not np.array_equal(first, scramble(96)(images, SEED + 1).numpy())


def test_scramble_treats_each_picture_of_a_batch_on_its_own(images: tf.Tensor) -> None:
    augmented = scramble(96)(images, SEED).numpy()
    assert len({picture.tobytes() for picture in augmented}) == len(augmented)


def sharpness(pictures: np.ndarray) -> np.ndarray:
    steps: np.ndarray = np.abs(np.diff(pictures.mean(axis=-1), axis=2))
    return np.asarray(steps.mean(axis=(1, 2)))


def test_scramble_spreads_sharpness_and_brightness(images: tf.Tensor) -> None:
    """So that neither can stand for a label."""
    augmented = scramble(96)(images, SEED).numpy()
    sharp, bright = sharpness(augmented), augmented.mean(axis=(1, 2, 3))
    assert sharp.std() / sharp.mean() > 0.15
    assert bright.std() > 8
