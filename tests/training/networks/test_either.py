"""The noisy or: what it says of two probabilities, and what it says in training."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from training.networks.either import Either

LOGITS = np.array([-30.0, -4.0, -0.5, 0.0, 1.5, 6.0, 30.0])
ONE, OTHER = (x.reshape(-1, 1).astype(np.float32) for x in np.meshgrid(LOGITS, LOGITS))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-x.astype(np.float64))))


def test_it_is_the_chance_that_at_least_one_is_true() -> None:
    neither = (1 - sigmoid(ONE)) * (1 - sigmoid(OTHER))
    logit = np.asarray(Either(1.0, 1.0, 0.0)(ONE, OTHER))
    assert np.allclose(sigmoid(logit), 1 - neither, atol=1e-6)


def test_it_is_symmetric_and_rises_with_each() -> None:
    logit = np.asarray(Either(1.0, 1.0, 0.0)(ONE, OTHER))
    assert np.array_equal(logit, Either(1.0, 1.0, 0.0)(OTHER, ONE))
    assert (np.asarray(Either(1.0, 1.0, 0.0)(ONE + 0.5, OTHER)) >= logit).all()


@pytest.mark.parametrize("far", [-200.0, 200.0])
def test_it_is_finite_however_sure_the_two_are(far: float) -> None:
    logit = np.asarray(Either(1.0, 1.0, 0.0)(np.full((1, 1), far), np.full((1, 1), far)))
    assert np.isfinite(logit).all()
    assert np.sign(logit) == np.sign(far)


def test_one_that_is_sure_of_real_does_not_outvote_the_other() -> None:
    """What the mean of two logits would let it do."""
    logit = np.asarray(Either(1.0, 1.0, 0.0)(np.array([[-50.0]]), np.array([[3.0]])))
    assert logit == pytest.approx(3.0)


def test_each_is_scaled_and_the_second_is_doubted() -> None:
    logit = np.asarray(Either(2.0, 3.0, 4.0)(ONE, OTHER))
    assert np.array_equal(logit, Either(1.0, 1.0, 0.0)(2 * ONE, 3 * OTHER - 4))


@pytest.mark.parametrize(("other", "said"), [(0.5, -2.5), (12.0, 32.0)])
def test_it_has_to_be_sure_to_count(other: float, said: float) -> None:
    logit = np.asarray(Either(2.0, 3.0, 4.0)(np.array([[-50.0]]), np.array([[other]])))
    assert logit == pytest.approx(said)


def test_the_first_learns_nothing_and_the_second_does_not_lean_on_it() -> None:
    one, other = tf.Variable(ONE), tf.Variable(OTHER)
    with tf.GradientTape() as tape:
        logit = Either(2.0, 3.0, 4.0)(one, other, training=True)
    assert np.array_equal(logit, OTHER)
    to_one, to_other = tape.gradient(logit, [one, other])
    assert to_one is None
    assert (to_other.numpy() == 1).all()


def test_a_network_with_it_is_saved_and_loaded(tmp_path: Path) -> None:
    one, other = keras.Input((1,)), keras.Input((1,))
    model = keras.Model([one, other], Either(2.0, 3.0, 4.0)(layers.Dense(1)(one), other))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(again([ONE, OTHER]), model([ONE, OTHER]))
