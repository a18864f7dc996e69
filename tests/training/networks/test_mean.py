"""The mean of two logits, and what is learnt through it."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from training.networks.mean import Mean

ONE = np.array([[-3.0], [0.0], [5.0]], np.float32)
OTHER = np.array([[1.0], [2.0], [-8.0]], np.float32)


def test_it_is_the_mean() -> None:
    assert np.asarray(Mean()(ONE, OTHER)).tolist() == [[-1.0], [1.0], [-1.5]]
    assert np.asarray(Mean()(ONE, OTHER, training=False)).tolist() == [[-1.0], [1.0], [-1.5]]


def test_the_first_learns_nothing_and_the_second_does_not_lean_on_it() -> None:
    one, other = tf.Variable(ONE), tf.Variable(OTHER)
    with tf.GradientTape() as tape:
        logit = Mean()(one, other, training=True)
    assert np.array_equal(logit, OTHER)
    to_one, to_other = tape.gradient(logit, [one, other])
    assert to_one is None
    assert (to_other.numpy() == 1).all()


def test_a_network_with_it_is_saved_and_loaded(tmp_path: Path) -> None:
    one, other = keras.Input((1,)), keras.Input((1,))
    model = keras.Model([one, other], Mean()(layers.Dense(1)(one), other))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(again([ONE, OTHER]), model([ONE, OTHER]))
