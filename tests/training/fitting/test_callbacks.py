"""What is kept after each epoch: the best by validation, or the last where that is planned."""

from pathlib import Path

import keras
import numpy as np
import pytest

from training.fitting.callbacks import epoch_callbacks
from training.fitting.run import Run, RunConfig


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path, RunConfig("baseline_cnn", 4, 0, 8, "", [], ""))


def trained(run: Run, patience: int | None, epochs: int = 4) -> list[float]:
    """Weights after each epoch of a network whose validation asks for the opposite."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse")
    weights: list[float] = []
    noted = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: weights.append(float(model.layers[-1].kernel[0, 0]))
    )
    ones = np.ones((8, 1))
    model.fit(
        *(ones, ones),
        validation_data=(ones, -ones),
        epochs=epochs,
        callbacks=[noted, *epoch_callbacks(run, patience)],
        verbose=0,
    )
    return weights


def kept(path: Path) -> float:
    return float(keras.models.load_model(path).layers[-1].kernel[0, 0])


def test_with_patience_the_best_by_validation_is_kept(run: Run) -> None:
    weights = trained(run, patience=2)
    assert len(weights) == 3, "it stops early"
    assert kept(run.best) == pytest.approx(weights[0])
    assert kept(run.last) == pytest.approx(weights[-1])


def test_where_the_learning_rate_is_scheduled_the_last_is_the_best(run: Run) -> None:
    weights = trained(run, patience=None)
    assert len(weights) == 4
    assert kept(run.best) == kept(run.last) == pytest.approx(weights[-1])


def test_every_epoch_is_a_row_of_the_history(run: Run) -> None:
    trained(run, patience=None)
    assert [row["epoch"] for row in run.read_history()] == [0, 1, 2, 3]
