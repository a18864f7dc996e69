"""The epochs on one device: what ``Model.fit`` comes to, bit by bit, also after an interruption."""

from pathlib import Path

import keras
import numpy as np
import pytest

from tests.training.toy_training import EPOCHS, STEPS, batches, fit, network
from training.fitting.team import Team, assemble


@pytest.fixture(scope="module")
def alone() -> Team:
    return assemble()


def same(one: keras.Model, other: keras.Model) -> bool:
    arrays = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in arrays)


def test_on_one_device_it_is_what_keras_does(alone: Team) -> None:
    by_keras, by_us = network(), network()
    history = by_keras.fit(
        batches().repeat(),
        steps_per_epoch=STEPS,
        epochs=EPOCHS,
        validation_data=batches(),
        shuffle=False,
        verbose=0,
    ).history
    rows = fit(by_us, alone)
    assert same(by_keras, by_us)
    assert not same(by_us, network()), "it learns"
    assert rows == [
        {name: pytest.approx(values[epoch], rel=1e-6) for name, values in history.items()}
        for epoch in range(EPOCHS)
    ]


def test_dropout_goes_on_after_an_interruption_as_if_there_had_been_none(
    alone: Team, tmp_path: Path
) -> None:
    whole, begun = network(dropout=0.5), network(dropout=0.5)
    fit(whole, alone)
    fit(begun, alone, range(1))
    begun.save(tmp_path / "begun.keras")
    resumed = keras.models.load_model(tmp_path / "begun.keras")
    fit(resumed, alone, range(1, EPOCHS))
    assert same(whole, resumed)


def test_dropout_differs_between_epochs(alone: Team) -> None:
    one, other = network(dropout=0.5), network(dropout=0.5)
    fit(one, alone, range(1))
    fit(other, alone, range(1, 2))
    assert not same(one, other)


def test_a_callback_can_end_it(alone: Team) -> None:
    class Enough(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
            self.model.stop_training = epoch == 1

    model = network()
    assert len(fit(model, alone, callbacks=[Enough()])) == 2 < EPOCHS
    assert int(model.optimizer.iterations) == 2 * STEPS


def test_without_an_epoch_left_nothing_changes(alone: Team) -> None:
    model = network()
    assert fit(model, alone, range(EPOCHS, EPOCHS)) == []
    assert same(model, network())
