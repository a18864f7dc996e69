"""The documented baseline, layer by layer."""

import keras
import numpy as np
import pytest
from keras import layers

from training.architectures import ARCHITECTURES, baseline_cnn


@pytest.fixture(scope="module")
def baseline() -> keras.Model:
    keras.utils.set_random_seed(0)
    return baseline_cnn()


def test_the_baseline_is_what_its_documentation_says(baseline: keras.Model) -> None:
    kinds = [type(layer) for layer in baseline.layers]
    assert baseline.input_shape == (None, 128, 128, 3)
    assert kinds.count(layers.Conv2D) == kinds.count(layers.MaxPooling2D) == 3
    dense = [layer.units for layer in baseline.layers if isinstance(layer, layers.Dense)]
    assert dense == [64, 1]
    assert baseline.output_shape == (None, 1)
    assert isinstance(baseline.optimizer, keras.optimizers.Adam)
    assert baseline.loss == "binary_crossentropy"


def test_the_output_is_the_sigmoid_of_the_logit(baseline: keras.Model) -> None:
    images = np.random.default_rng(0).integers(0, 255, (4, 128, 128, 3)).astype(np.float32)
    logit = keras.Model(baseline.input, baseline.get_layer("logit").output)(images).numpy()
    assert np.allclose(baseline(images).numpy(), 1 / (1 + np.exp(-logit)), atol=1e-6)


def test_the_preprocessing_is_inside(baseline: keras.Model) -> None:
    """Pixels of 0..255 and of uint8 give the same answer."""
    images = np.random.default_rng(0).integers(0, 255, (2, 128, 128, 3), np.uint8)
    assert np.allclose(baseline(images).numpy(), baseline(images.astype(np.float32)).numpy())


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_has_what_the_export_needs(name: str) -> None:
    model = ARCHITECTURES[name]()
    assert len(model.get_layer("features").output.shape) == 4
    assert model.get_layer("logit").output.shape == (None, 1)
