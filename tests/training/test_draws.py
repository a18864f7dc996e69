"""What is seen of the draws: of each epoch once, also after an interruption."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.draws import Draws, Floats, Halves, seen
from training.team import Team

STEPS, BATCH = 3, 4
ALONE = Team(tf.distribute.get_strategy())


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


def looked(draws: Draws, model: keras.Model, epochs: int, folder: Path) -> tuple[Halves, Floats]:
    draws.look(model, "brightness", epochs, folder)
    return seen("brightness", epochs, folder)


def test_each_epoch_follows_the_one_before(model: keras.Model, tmp_path: Path) -> None:
    said, labels = looked(Draws(batches, STEPS, ALONE), model, 2, tmp_path)
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

    draws = Draws(interrupted, STEPS, ALONE)
    with pytest.raises(KeyboardInterrupt):
        looked(draws, model, 4, tmp_path)
    said, _ = looked(draws, model, 4, tmp_path)
    assert asked == [0, 1, 2, 2, 3]
    whole, _ = looked(Draws(batches, STEPS, ALONE), model, 4, tmp_path / "another")
    assert np.array_equal(said, whole)


def test_what_is_half_written_is_looked_at_again(model: keras.Model, tmp_path: Path) -> None:
    (tmp_path / "brightness-0.writing.npz").write_bytes(b"half")
    said, _ = looked(Draws(batches, STEPS, ALONE), model, 1, tmp_path)
    assert said[:, 0].tolist() == list(range(STEPS * BATCH))


def test_the_processes_take_turns_at_the_epochs(
    model: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Team, "wait", lambda _: None)  # they come one after the other here
    for number in (1, 0):
        team = Team(tf.distribute.get_strategy(), number, 2)
        Draws(batches, STEPS, team).look(model, "brightness", 3, tmp_path)
        kept = sorted(path.name for path in tmp_path.iterdir())
        assert kept == [f"brightness-{epoch}.npz" for epoch in ([1] if number else [0, 1, 2])]
    together = seen("brightness", 3, tmp_path)
    alone = looked(Draws(batches, STEPS, ALONE), model, 3, tmp_path / "alone")
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))
