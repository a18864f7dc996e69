"""The default network: what it measures, what stays as it is, what learns, what its heatmap is."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.checkpoints import save_as_pytorch
from training.artifact.signatures import Signatures
from training.data.changes import UNKNOWN
from training.errors import RunError
from training.fitting.calibrate import Calibration
from training.networks.architectures import SIDE
from training.networks.efficientnet import efficientnet_lite0
from training.networks.mean import Mean
from training.networks.texture import Texture
from training.networks.texture_network import (
    CELLS,
    changes_loss,
    texture_efficientnet,
    texture_mobilenet,
)

UNSCALED = Calibration(temperature=1, bias=0, fake_above=0.5, real_below=0.5)
MIDDLES = [(11, 45), (6, 22), (3, 11), (3, 11)]  # of maps 56, 28, 14 and 14 cells wide
IMAGES = np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "backbone.weights.h5"
    keras.utils.set_random_seed(0)
    keras.applications.MobileNetV2(include_top=False, weights=None).save_weights(path)
    return path


@pytest.fixture(scope="module")
def mobilenet(weights: Path) -> keras.Model:
    return texture_mobilenet(weights, steps=100)


@pytest.fixture(scope="module")
def efficientnet(tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    path = tmp_path_factory.mktemp("weights") / "backbone.pth"
    save_as_pytorch(efficientnet_lite0(None, SIDE), path)
    return texture_efficientnet(path, steps=100)


def output(model: keras.Model, layer: str) -> np.ndarray:
    return np.asarray(keras.Model(model.input, model.get_layer(layer).output)(IMAGES))


def described(maps: list[tf.Tensor], correlated: list[bool]) -> np.ndarray:
    """The textures of whole maps, then those of their middles."""
    middles = [x[:, a:b, a:b] for x, (a, b) in zip(maps, MIDDLES, strict=True)]
    whether = [*correlated, *correlated]
    textures = [Texture(w)(x) for w, x in zip(whether, [*maps, *middles], strict=True)]
    return np.concatenate(textures, axis=-1)


def test_it_begins_with_the_weights_that_it_is_given(mobilenet: keras.Model, weights: Path) -> None:
    whole = keras.applications.MobileNetV2(
        include_top=False, weights=str(weights), input_shape=(SIDE, SIDE, 3)
    )
    maps = mobilenet.get_layer("backbone")(IMAGES / 127.5 - 1)
    depths = [whole.get_layer(f"block_{number}_add").output for number in (2, 5, 9, 12)]
    expected = keras.Model(whole.input, depths)(IMAGES / 127.5 - 1)
    assert all(np.allclose(*pair, atol=1e-3) for pair in zip(maps, expected, strict=True))


def test_texture_is_taken_at_four_depths_of_the_whole_and_of_its_middle(
    mobilenet: keras.Model,
) -> None:
    maps = mobilenet.get_layer("backbone")(IMAGES / 127.5 - 1)
    assert [x.shape[-1] for x in maps] == [24, 32, 64, 96]
    expected = described(maps, correlated=[False, True, True, True])
    assert np.allclose(output(mobilenet, "recognition_texture"), expected, atol=1e-2)


def test_what_lies_around_the_face_leaves_the_texture_of_its_middle(
    mobilenet: keras.Model,
) -> None:
    """But for the few cells at its edge that see across."""
    changed = IMAGES.copy()
    changed[:, :8] = changed[:, -8:] = 0
    texture = keras.Model(mobilenet.input, mobilenet.get_layer("recognition_texture").output)
    before, after = np.asarray(texture(IMAGES)), np.asarray(texture(changed))
    half = before.shape[1] // 2
    shifts = np.abs(after - before).mean(axis=0)
    assert shifts[:half].mean() > 5 * shifts[half:].mean()


def test_inspection_begins_with_the_same_layers(mobilenet: keras.Model) -> None:
    maps = mobilenet.get_layer("backbone")(IMAGES / 127.5 - 1)
    expected = described(maps, correlated=[False, True, True, True])
    assert np.allclose(output(mobilenet, "inspection_texture"), expected, atol=1e-2)


@pytest.mark.parametrize("name", ["mobilenet", "efficientnet"])
def test_the_backbone_stays_as_it_is_and_its_copy_learns(
    name: str, request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(name)
    assert not model.get_layer("backbone").trainable_weights
    assert model.get_layer("inspector").trainable_weights


def test_efficientnet_is_not_trained_from_nothing() -> None:
    with pytest.raises(RunError, match="name its checkpoint with --weights"):
        texture_efficientnet(None, steps=100)


@pytest.mark.parametrize("name", ["mobilenet", "efficientnet"])
def test_it_has_what_the_export_needs(name: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(name)
    assert model.get_layer("features").output.shape == (None, CELLS, CELLS, 1)
    assert model.get_layer("logit").output.shape == (None, 1)


def test_at_first_the_cells_say_nothing(mobilenet: keras.Model) -> None:
    """So that they do not disturb what the head has learnt on its own."""
    assert (output(mobilenet, "features") == 0).all()
    looks = (output(mobilenet, "recognition"), output(mobilenet, "inspection"))
    assert np.allclose(output(mobilenet, "logit"), Mean()(*looks), atol=1e-5)


def test_the_heatmap_shows_the_cells_that_speak_for_a_change(weights: Path) -> None:
    model = texture_mobilenet(weights, steps=100)
    kernel, _ = model.get_layer("features").get_weights()
    generator = np.random.default_rng(0)
    model.get_layer("features").set_weights([generator.normal(0, 1, kernel.shape), np.zeros(1)])
    cells = output(model, "features")[..., 0]
    heatmap = Signatures(model, UNSCALED).explain(tf.constant(IMAGES, tf.uint8))["heatmap"].numpy()
    for cell, heat in zip(cells, heatmap, strict=True):
        excess = np.maximum(cell - cell.mean(), 0)
        assert np.allclose(heat / heat.max(), excess / excess.max(), atol=1e-3)


def test_a_suspicious_cell_never_speaks_for_real(weights: Path) -> None:
    model = texture_mobilenet(weights, steps=100)
    before = output(model, "logit")
    model.get_layer("features").set_weights([model.get_layer("features").kernel * 0, np.ones(1)])
    assert (output(model, "logit") > before).all()


def test_the_loss_of_a_map_is_the_cross_entropy_of_its_known_pictures() -> None:
    changes = np.array([[[0, 1], [1, 1]], [[UNKNOWN] * 2] * 2], np.float32)
    logits = np.array([[[0.5, 2], [-1, 0]], [[9, -9], [9, -9]]], np.float32)
    chances = 1 / (1 + np.exp(-logits[0]))
    cross_entropy = -np.where(changes[0] == 1, np.log(chances), np.log(1 - chances))
    loss = np.asarray(changes_loss(changes, logits[..., None]))
    assert loss == pytest.approx([cross_entropy.mean(), 0], rel=1e-5)


@pytest.mark.slow
def test_it_learns_where_a_picture_was_changed(weights: Path) -> None:
    """The head alone, on two pictures; the second is changed in its upper left quarter."""
    model = texture_mobilenet(weights, steps=100)
    for layer in ("inspector", "recognition_units", "recognition"):
        model.get_layer(layer).trainable = False
    model.compile(keras.optimizers.Adam(1e-3), ["binary_crossentropy", changes_loss])
    images = np.stack([IMAGES[0], IMAGES[0]])
    images[1, : SIDE // 2, : SIDE // 2] = 128
    changes = np.zeros((2, CELLS, CELLS), np.float32)
    changes[1, : CELLS // 2, : CELLS // 2] = 1
    for layer in ("moments", "recognition_texture", "inspection_texture"):
        seen = keras.Model(model.input, model.get_layer(layer).output)(images)
        model.get_layer(f"standardized_{layer}").adapt(np.asarray(seen))
    labels = np.array([0, 1], np.float32)
    losses = [model.train_on_batch(images, [labels, changes], return_dict=True) for _ in range(30)]
    assert losses[-1]["features_loss"] < losses[0]["features_loss"] / 2
    heatmap = Signatures(model, UNSCALED).explain(tf.constant(images, tf.uint8))["heatmap"][1]
    row, column = np.unravel_index(np.argmax(heatmap), heatmap.shape)
    assert max(row, column) < CELLS // 2
