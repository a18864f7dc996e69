"""The networks: the documented baseline, layer by layer, and the fine-tuned one."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from tests.checkpoints import save_as_pytorch
from training.architectures import (
    LEARNING_RATE,
    baseline_cnn,
    mobilenet_v2,
    texture_efficientnet,
    texture_mobilenet,
)
from training.efficientnet import efficientnet_lite0
from training.errors import RunError


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
        include_top=False, weights=None, input_shape=(192, 192, 3)
    )
    backbone.save_weights(path)
    return path


@pytest.fixture(scope="module")
def mobilenet(weights: Path) -> keras.Model:
    return mobilenet_v2(weights, steps=100)


@pytest.fixture(scope="module")
def texture(weights: Path) -> keras.Model:
    return texture_mobilenet(weights, steps=100)


@pytest.fixture(scope="module")
def efficient(tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    path = tmp_path_factory.mktemp("weights") / "backbone.pth"
    save_as_pytorch(efficientnet_lite0(None, 192), path)
    return texture_efficientnet(path, steps=100)


def backbone_of(model: keras.Model) -> keras.Model:
    (backbone,) = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    return backbone


@pytest.mark.parametrize("name", ["mobilenet", "texture"])
def test_fine_tuning_begins_with_the_weights_that_it_is_given(
    name: str, weights: Path, request: pytest.FixtureRequest
) -> None:
    whole = keras.applications.MobileNetV2(
        include_top=False, weights=str(weights), input_shape=(192, 192, 3)
    )
    backbone = backbone_of(request.getfixturevalue(name))
    images = np.random.default_rng(0).uniform(-1, 1, (2, 192, 192, 3)).astype(np.float32)
    got = backbone(images)
    last = got[-1] if isinstance(got, list) else got
    layer = "block_15_add" if name == "texture" else "out_relu"
    expected = keras.Model(whole.input, whole.get_layer(layer).output)(images)
    assert np.allclose(last, expected, atol=1e-3)


def test_the_texture_is_the_mean_and_deviation_at_five_depths(texture: keras.Model) -> None:
    images = np.random.default_rng(0).uniform(0, 255, (2, 192, 192, 3)).astype(np.float32)
    maps = backbone_of(texture)(images / 127.5 - 1)
    assert [x.shape[-1] for x in maps] == [24, 32, 64, 96, 160]
    arrays = [np.asarray(x) for x in maps]
    expected = [x.mean((1, 2)) for x in arrays] + [np.sqrt(x.var((1, 2)) + 1e-3) for x in arrays]
    got = keras.Model(texture.input, texture.get_layer("texture").output)(images)
    assert np.allclose(got, np.concatenate(expected, axis=-1), atol=1e-2)


def test_the_maps_of_five_depths_are_brought_to_one_resolution(texture: keras.Model) -> None:
    assert texture.get_layer("features").output.shape == (None, 12, 12, 2 * 376)


@pytest.mark.parametrize(
    ("name", "last"), [("texture", "block_15_project"), ("efficient", "block_14_project")]
)
def test_the_first_blocks_stay_as_they_are(
    name: str, last: str, request: pytest.FixtureRequest
) -> None:
    backbone = backbone_of(request.getfixturevalue(name))
    names = [layer.name for layer in backbone.layers if layer.trainable_weights]
    assert (names[0], names[-1]) == ("block_3_expand", last)


def test_efficientnet_is_not_trained_from_nothing() -> None:
    with pytest.raises(RunError, match="name its checkpoint with --weights"):
        texture_efficientnet(None, steps=100)


def test_the_learning_rate_rises_and_falls_to_zero(mobilenet: keras.Model) -> None:
    rates = [float(mobilenet.optimizer._learning_rate(step)) for step in (0, 5, 100)]
    assert rates == pytest.approx([0, LEARNING_RATE, 0], abs=1e-8)


@pytest.mark.parametrize("name", ["baseline", "mobilenet", "texture", "efficient"])
def test_every_architecture_has_what_the_export_needs(
    name: str, request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(name)
    assert len(model.get_layer("features").output.shape) == 4
    assert model.get_layer("logit").output.shape == (None, 1)
