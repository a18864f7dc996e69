"""The head's own lesson: it learns, and nothing under it moves."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from training.head import teach_head

N = 4096


@pytest.fixture
def model() -> keras.Model:
    """A backbone that takes the mean and deviation of each colour, and a head."""
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3))
    maps = layers.Conv2D(3, 1, name="backbone")(layers.Rescaling(1 / 255)(image))
    cells = layers.Normalization(name="standardized_moments")(
        layers.Activation("linear", name="moments")(maps)
    )
    x = layers.Concatenate(name="texture")(
        [keras.ops.mean(maps, axis=(1, 2)), keras.ops.std(maps, axis=(1, 2))]
    )
    x = layers.Dense(16, "gelu")(layers.Normalization(name="standardized_texture")(x))
    silent = layers.Dense(1, kernel_initializer="zeros")(layers.GlobalAveragePooling2D()(cells))
    x = layers.Add()([layers.Dense(1, name="opinion")(x), silent])
    model = keras.Model(image, layers.Activation("sigmoid")(x))
    model.compile(keras.optimizers.AdamW(1e-4), "binary_crossentropy", metrics=["accuracy"])
    return model


def rough_and_smooth() -> tuple[np.ndarray, np.ndarray]:
    """Fakes are smoother than real pictures, and no darker."""
    generator = np.random.default_rng(0)
    labels = np.arange(N) % 2
    spread = np.where(labels == 1, 20, 60)[:, None, None, None]
    images = 128 + spread * generator.uniform(-1, 1, (N, 8, 8, 3))
    return images.astype(np.uint8), labels.astype(np.float32)


def batches() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(rough_and_smooth()).batch(500)


def test_it_learns_what_the_backbone_sees(model: keras.Model) -> None:
    images, labels = rough_and_smooth()
    teach_head(model, batches())
    assert model.evaluate(images, labels, verbose=0)[1] > 0.95


def test_the_backbone_stays_as_it_was(model: keras.Model) -> None:
    before = model.get_layer("backbone").get_weights()
    teach_head(model, batches())
    for one, other in zip(before, model.get_layer("backbone").get_weights(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("name", ["moments", "texture"])
def test_its_inputs_are_standardized(name: str, model: keras.Model) -> None:
    teach_head(model, batches())
    standardized = keras.Model(model.input, model.get_layer(f"standardized_{name}").output)
    features = standardized(rough_and_smooth()[0]).numpy()
    over = tuple(range(features.ndim - 1))
    assert np.allclose(features.mean(axis=over), 0, atol=1e-2)
    assert np.allclose(features.std(axis=over), 1, atol=1e-2)


def test_fine_tuning_begins_there_and_goes_on_from_its_checkpoints(
    model: keras.Model, tmp_path: Path
) -> None:
    images, labels = rough_and_smooth()
    teach_head(model, batches())
    assert int(model.optimizer.iterations) == 0, "the lesson counts as no step"
    model.train_on_batch(images[:32], labels[:32])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert int(again.optimizer.iterations) == 1
    assert np.array_equal(again.predict(images, verbose=0), model.predict(images, verbose=0))


def test_what_was_taught_no_longer_learns(model: keras.Model) -> None:
    teach_head(model, batches())
    opinion = [array.copy() for array in model.get_layer("opinion").get_weights()]
    model.fit(batches(), shuffle=False, verbose=0)
    for one, other in zip(opinion, model.get_layer("opinion").get_weights(), strict=True):
        assert np.array_equal(one, other)
