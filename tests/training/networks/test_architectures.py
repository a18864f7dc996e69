"""The networks: the documented baseline, layer by layer, and the fine-tuned one."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from training.networks.architectures import LEARNING_RATE, SIDE, baseline_cnn, mobilenet_v2


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


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backbone's weights file, as ImageNet's would come."""
    path = tmp_path_factory.mktemp("weights") / "backbone.weights.h5"
    backbone = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(SIDE, SIDE, 3)
    )
    backbone.save_weights(path)
    return path


@pytest.fixture(scope="module")
def mobilenet(weights: Path) -> keras.Model:
    return mobilenet_v2(weights, steps=100)


def backbone_of(model: keras.Model) -> keras.Model:
    (backbone,) = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    return backbone


def test_fine_tuning_begins_with_the_weights_that_it_is_given(
    mobilenet: keras.Model, weights: Path
) -> None:
    whole = keras.applications.MobileNetV2(
        include_top=False, weights=str(weights), input_shape=(SIDE, SIDE, 3)
    )
    images = np.random.default_rng(0).uniform(-1, 1, (2, SIDE, SIDE, 3)).astype(np.float32)
    assert np.allclose(backbone_of(mobilenet)(images), whole(images), atol=1e-3)


def test_the_learning_rate_rises_and_falls_to_zero(mobilenet: keras.Model) -> None:
    rates = [float(mobilenet.optimizer._learning_rate(step)) for step in (0, 5, 100)]
    assert rates == pytest.approx([0, LEARNING_RATE, 0], abs=1e-8)


@pytest.mark.parametrize("name", ["baseline", "mobilenet"])
def test_every_architecture_has_what_the_export_needs(
    name: str, request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(name)
    assert len(model.get_layer("features").output.shape) == 4
    assert model.get_layer("logit").output.shape == (None, 1)
