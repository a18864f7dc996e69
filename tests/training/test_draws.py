"""What is seen of the draws: of each epoch once, also after an interruption."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.draws import Draws

STEPS, BATCH = 3, 4


@pytest.fixture
def model() -> keras.Model:
    """Says how bright a picture is, in its layer ``brightness``."""
    image = keras.Input((2, 2, 3))
    bright = keras.layers.Flatten(name="brightness")(
        keras.layers.GlobalAveragePooling2D(keepdims=True)(image)
    )
    return keras.Model(image, keras.layers.Dense(1)(bright))


def batches(epoch: int) -> tf.data.Dataset:
    """Endless; each picture is as bright as its epoch and place in it say."""
    brightness = 100 * epoch + np.arange(20 * BATCH)
    images = np.repeat(brightness, 12).reshape(-1, 2, 2, 3).astype(np.uint8)
    return tf.data.Dataset.from_tensor_slices((images, brightness % 2)).batch(BATCH).repeat()


def test_each_epoch_follows_the_one_before(model: keras.Model, tmp_path: Path) -> None:
    said, labels = Draws(batches, STEPS).seen(model, "brightness", 2, tmp_path)
    expected = [*range(STEPS * BATCH), *range(100, 100 + STEPS * BATCH)]
    assert said[:, 0].tolist() == expected
    assert labels.tolist() == [number % 2 for number in expected]
    assert said.dtype == np.float16


def test_what_was_interrupted_goes_on_with_its_epoch(model: keras.Model, tmp_path: Path) -> None:
    asked: list[int] = []

    def interrupted(epoch: int) -> tf.data.Dataset:
        asked.append(epoch)
        if asked == [0, 1, 2]:
            raise KeyboardInterrupt
        return batches(epoch)

    draws = Draws(interrupted, STEPS)
    with pytest.raises(KeyboardInterrupt):
        draws.seen(model, "brightness", 4, tmp_path)
    said, _ = draws.seen(model, "brightness", 4, tmp_path)
    assert asked == [0, 1, 2, 2, 3]
    whole, _ = Draws(batches, STEPS).seen(model, "brightness", 4, tmp_path / "another")
    assert np.array_equal(said, whole)


def test_what_is_half_written_is_looked_at_again(model: keras.Model, tmp_path: Path) -> None:
    (tmp_path / "brightness-0.writing.npz").write_bytes(b"half")
    said, _ = Draws(batches, STEPS).seen(model, "brightness", 1, tmp_path)
    assert said[:, 0].tolist() == list(range(STEPS * BATCH))
