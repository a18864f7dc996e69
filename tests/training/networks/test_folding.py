"""Folding: the same function, with nothing left to normalise."""

import keras
import numpy as np
import pytest
from keras import layers

from training.networks.folding import fold_normalizations


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """Each kind of convolution, a branch, and statistics that matter."""
    keras.utils.set_random_seed(0)
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, strides=2, use_bias=False)(image)
    x = layers.ReLU(6)(layers.BatchNormalization(epsilon=1e-3)(x))
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    y = layers.ReLU(6)(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(8, 1)(y))
    model = keras.Model(image, layers.Add()([x, y]))
    generator = np.random.default_rng(0)
    for layer in model.layers:
        layer.set_weights([w + generator.uniform(0.1, 1, w.shape) for w in layer.get_weights()])
    return model


def test_it_computes_the_same(model: keras.Model) -> None:
    images = np.random.default_rng(1).normal(size=(4, 16, 16, 3)).astype(np.float32)
    expected = model(images, training=False).numpy()
    assert np.abs(expected).max() > 1
    assert np.allclose(fold_normalizations(model)(images).numpy(), expected, atol=1e-4)


def test_no_normalisation_is_left_and_every_convolution_has_a_bias(model: keras.Model) -> None:
    folded = fold_normalizations(model)
    kinds = [type(layer) for layer in folded.layers]
    assert layers.BatchNormalization not in kinds
    convolutions = [
        layer
        for layer in folded.layers
        if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D)
    ]
    assert len(convolutions) == 3
    assert all(layer.use_bias for layer in convolutions)


def test_the_original_is_left_alone(model: keras.Model) -> None:
    before = [weights.copy() for weights in model.get_weights()]
    fold_normalizations(model)
    after = model.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
