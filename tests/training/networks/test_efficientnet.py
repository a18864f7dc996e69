"""EfficientNet-Lite0: its shape, and that a checkpoint finds its place."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from tests.checkpoints import save_as_pytorch
from training.networks.efficientnet import efficientnet_lite0

SIDE = 64


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """With weights and statistics that are each like no other's."""
    keras.utils.set_random_seed(0)
    model = efficientnet_lite0(None, SIDE)
    generator = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([generator.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    return model


def test_it_has_the_parameters_that_are_known_of_it(model: keras.Model) -> None:
    """4.65 million with the top, which has 320 x 1280, four times 1280, and 1281 x 1000."""
    top = 320 * 1280 + 2 * 1280 + 1281 * 1000
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert trainable + top == pytest.approx(4.65e6, rel=0.002)


def test_each_stage_halves_the_resolution_where_it_should(model: keras.Model) -> None:
    shapes = [model.get_layer(f"block_{n}_project_BN").output.shape[1:] for n in (0, 2, 4, 10, 15)]
    assert shapes == [(32, 32, 16), (16, 16, 24), (8, 8, 40), (4, 4, 112), (2, 2, 320)]


def test_a_checkpoint_finds_its_place(model: keras.Model, tmp_path: Path) -> None:
    save_as_pytorch(model, tmp_path / "weights.pth")
    loaded = efficientnet_lite0(tmp_path / "weights.pth", SIDE)
    images = np.random.default_rng(0).uniform(-1, 1, (2, SIDE, SIDE, 3)).astype(np.float32)
    assert np.allclose(loaded(images), model(images), atol=1e-5)
