"""What is seen of the draws: of each epoch once, also after an interruption."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.fitting.draws import Draws, Floats, Seen
from training.fitting.team import Team

STEPS, BATCH = 3, 4
N = STEPS * BATCH
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


@pytest.fixture
def draws(tmp_path: Path) -> Draws:
    return Draws(batches, STEPS, lambda _: np.ones(N, bool), ALONE, tmp_path / "draws")


def looked(draws: Draws, model: keras.Model, epochs: int, batch_size: int = BATCH) -> Seen:
    draws.look(model, "brightness", epochs)
    return draws.seen("brightness", epochs, batch_size)


def a_pass(seen: Seen) -> tuple[Floats, Floats]:
    """What one pass over it gives."""
    said, labels = zip(*(seen[index] for index in range(len(seen))), strict=True)
    return np.concatenate(said)[:, 0], np.concatenate(labels)


def test_a_pass_has_each_draw_of_each_epoch_once(model: keras.Model, draws: Draws) -> None:
    said, labels = a_pass(looked(draws, model, 2))
    assert sorted(said) == [*range(N), *range(100, 100 + N)]
    assert np.array_equal(labels, said % 2)
    assert said.dtype == labels.dtype == np.float32


def test_each_pass_mixes_the_epochs_anew_and_alike_each_time(
    model: keras.Model, draws: Draws
) -> None:
    seen, again = looked(draws, model, 2), looked(draws, model, 2)
    orders = []
    for _ in range(3):
        said, labels = a_pass(seen)
        assert np.array_equal(said, a_pass(again)[0])
        assert np.array_equal(labels, said % 2)
        orders.append(said.tolist())
        seen.on_epoch_end()
        again.on_epoch_end()
    assert len({tuple(order) for order in orders}) == 3
    assert all({value >= 100 for value in order[:N]} == {True, False} for order in orders)


def test_the_last_batch_is_what_is_left(model: keras.Model, draws: Draws) -> None:
    seen = looked(draws, model, 2, batch_size=10)
    assert [len(seen[index][1]) for index in range(len(seen))] == [10, 10, 4]


def test_the_first_epoch_is_there_in_its_order(model: keras.Model, draws: Draws) -> None:
    first = looked(draws, model, 2).first
    assert first.dtype == np.float32
    assert first[:, 0].tolist() == list(range(N))


def test_what_is_not_to_be_shown_is_kept_and_left_out(model: keras.Model, draws: Draws) -> None:
    """A training that is shown everything, and another that takes what it kept."""
    looked(draws, model, 2)
    fewer = replace(draws, shown=lambda epoch: np.arange(N) % 3 > epoch, batches=unasked)
    seen = looked(fewer, model, 2)
    first, second = ([n for n in range(N) if n % 3 > epoch] for epoch in (0, 1))
    assert sorted(a_pass(seen)[0]) == [*first, *(100 + n for n in second)]
    assert seen.first[:, 0].tolist() == first


def unasked(epoch: int) -> tf.data.Dataset:
    raise AssertionError(f"epoch {epoch} was looked at again")


def test_images_are_those_to_be_shown(draws: Draws) -> None:
    fewer = replace(draws, shown=lambda _: np.arange(N) % 3 > 0)
    assert [images[:, 0, 0, 0].tolist() for images in fewer.images(2)] == [[1, 2], [4, 5, 7]]
    assert sum(len(images) for images in draws.images(STEPS + 5)) == N, "of one epoch"


def test_what_was_interrupted_goes_on_with_its_epoch(model: keras.Model, draws: Draws) -> None:
    asked: list[int] = []

    def interrupted(epoch: int) -> tf.data.Dataset:
        asked.append(epoch)
        if asked == [0, 1, 2]:
            raise KeyboardInterrupt
        return batches(epoch)

    some = replace(draws, batches=interrupted)
    with pytest.raises(KeyboardInterrupt):
        looked(some, model, 4)
    said, _ = a_pass(looked(some, model, 4))
    assert asked == [0, 1, 2, 2, 3]
    whole, _ = a_pass(looked(replace(draws, folder=draws.folder / "another"), model, 4))
    assert np.array_equal(said, whole)


def test_what_is_half_written_is_looked_at_again(model: keras.Model, draws: Draws) -> None:
    draws.folder.mkdir()
    (draws.folder / "brightness-0.writing.npy").write_bytes(b"half")
    assert sorted(a_pass(looked(draws, model, 1))[0]) == list(range(N))


def test_the_processes_take_turns_at_the_epochs(
    model: keras.Model, draws: Draws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Team, "wait", lambda _: None)  # they come one after the other here
    for number in (1, 0):
        team = Team(tf.distribute.get_strategy(), number, 2)
        replace(draws, team=team).look(model, "brightness", 3)
        kept = sorted(path.name for path in draws.folder.iterdir())
        assert kept == [f"brightness-{epoch}.npy" for epoch in ([1] if number else [0, 1, 2])]
    together = a_pass(draws.seen("brightness", 3, BATCH))
    alone = a_pass(looked(replace(draws, folder=draws.folder / "alone"), model, 3))
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one, other)
