"""The heads' own lesson: they learn, and nothing under them moves."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from sklearn.metrics import roc_auc_score

from training.fitting.draws import Draws
from training.fitting.head import Lesson, head_of, new_head, teach, teach_heads
from training.fitting.team import Team
from training.networks.mean import Mean
from training.networks.texture_network import LABEL_SMOOTHING

N = 512
STEPS = 4  # of an epoch
ALONE = Team(tf.distribute.get_strategy())


@pytest.fixture
def model() -> keras.Model:
    return untaught()


def untaught() -> keras.Model:
    """A backbone that takes the mean and deviation of each colour, and two heads."""
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3))
    maps = layers.Conv2D(3, 1, name="backbone")(layers.Rescaling(1 / 255)(image))
    cells = layers.Normalization(name="standardized_moments")(
        layers.Activation("linear", name="moments")(maps)
    )
    silent = layers.Dense(1, kernel_initializer="zeros")(layers.GlobalAveragePooling2D()(cells))
    inspection = layers.Add()([head("inspection", maps), silent])
    logit = Mean(name="logit")(head("recognition", maps), inspection)
    model = keras.Model(image, layers.Activation("sigmoid")(logit))
    model.compile(keras.optimizers.AdamW(1e-4), "binary_crossentropy", metrics=["accuracy"])
    return model


def head(name: str, maps: keras.KerasTensor) -> keras.KerasTensor:
    x = layers.Concatenate(name=f"{name}_texture")(
        [keras.ops.mean(maps, axis=(1, 2)), keras.ops.std(maps, axis=(1, 2))]
    )
    x = layers.Normalization(name=f"standardized_{name}_texture")(x)
    return layers.Dense(1, name=name)(layers.Dense(16, "gelu", name=f"{name}_units")(x))


def rough_and_smooth() -> tuple[np.ndarray, np.ndarray]:
    """Fakes are smoother than real pictures, and no darker."""
    generator = np.random.default_rng(0)
    labels = np.arange(N) % 2
    spread = np.where(labels == 1, 20, 60)[:, None, None, None]
    images = 128 + spread * generator.uniform(-1, 1, (N, 8, 8, 3))
    return images.astype(np.uint8), labels.astype(np.float32)


def batches() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(rough_and_smooth()).batch(N // STEPS).repeat()


@pytest.fixture
def draws(tmp_path: Path) -> Draws:
    return draws_in(tmp_path)


def draws_in(folder: Path) -> Draws:
    return Draws(lambda _: batches(), STEPS, lambda _: np.ones(N, bool), ALONE, folder / "draws")


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what does not ask how well a head has learnt."""
    monkeypatch.setattr("training.fitting.head.LESSON", Lesson(draws=1, passes=1, batch_size=256))


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    """What all look at that change nothing."""
    model = untaught()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.fitting.head.LEARNING_RATE", 2e-3)  # there are few pictures
        teach_heads(model, draws_in(tmp_path_factory.mktemp("taught")))
    return model


def weights_of(model: keras.Model, layer: str) -> list[np.ndarray]:
    return [array.copy() for array in model.get_layer(layer).get_weights()]


def same(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


def test_each_learns_what_the_backbone_sees(taught: keras.Model) -> None:
    images, labels = rough_and_smooth()
    for name in ("recognition", "inspection", "logit"):
        logit = keras.Model(taught.input, taught.get_layer(name).output).predict(images, verbose=0)
        assert roc_auc_score(labels, logit[:, 0]) > 0.98, name


@pytest.mark.slow
def test_they_are_no_surer_than_the_smoothed_labels(
    model: keras.Model, draws: Draws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long they learn what is easily learnt."""
    lesson = Lesson(draws=2, passes=200, batch_size=128)
    monkeypatch.setattr("training.fitting.head.LESSON", lesson)
    monkeypatch.setattr("training.fitting.head.LEARNING_RATE", 1e-2)
    images, labels = rough_and_smooth()
    teach_heads(model, draws)
    recognition = keras.Model(model.input, model.get_layer("recognition").output)
    probability = keras.ops.sigmoid(recognition.predict(images, verbose=0)).numpy()[:, 0]
    assert probability[labels == 1].mean() == pytest.approx(1 - LABEL_SMOOTHING / 2, abs=0.02)
    assert probability[labels == 0].mean() == pytest.approx(LABEL_SMOOTHING / 2, abs=0.02)


def test_the_backbone_stays_as_it_was(model: keras.Model, taught: keras.Model) -> None:
    assert same(weights_of(model, "backbone"), weights_of(taught, "backbone"))
    assert not same(weights_of(model, "recognition"), weights_of(taught, "recognition"))


def test_their_inputs_are_standardized(taught: keras.Model) -> None:
    for name in ("moments", "recognition_texture", "inspection_texture"):
        standardized = keras.Model(taught.input, taught.get_layer(f"standardized_{name}").output)
        features = standardized(rough_and_smooth()[0]).numpy()
        over = tuple(range(features.ndim - 1))
        assert np.allclose(features.mean(axis=over), 0, atol=1e-2), name
        assert np.allclose(features.std(axis=over), 1, atol=1e-2), name


@pytest.mark.usefixtures("brief")
def test_fine_tuning_begins_there_and_goes_on_from_its_checkpoints(
    model: keras.Model, draws: Draws, tmp_path: Path
) -> None:
    images, labels = rough_and_smooth()
    teach_heads(model, draws)
    assert int(model.optimizer.iterations) == 0, "the lesson counts as no step"
    model.train_on_batch(images[:32], labels[:32])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert int(again.optimizer.iterations) == 1
    assert np.array_equal(again.predict(images, verbose=0), model.predict(images, verbose=0))


@pytest.mark.usefixtures("brief")
def test_recognition_no_longer_learns_and_inspection_does(model: keras.Model, draws: Draws) -> None:
    teach_heads(model, draws)
    recognition, inspection = weights_of(model, "recognition"), weights_of(model, "inspection")
    model.fit(batches(), steps_per_epoch=STEPS, shuffle=False, verbose=0)
    assert same(recognition, weights_of(model, "recognition"))
    assert not same(inspection, weights_of(model, "inspection"))


def test_what_is_not_to_be_shown_counts_for_nothing(
    model: keras.Model, draws: Draws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the draws, whose labels are the wrong way round."""
    monkeypatch.setattr("training.fitting.head.LEARNING_RATE", 4e-3)  # there are few pictures
    images, labels = rough_and_smooth()
    shown = np.arange(N) < N // 2
    wrong = np.where(shown, labels, 1 - labels)
    mixed = tf.data.Dataset.from_tensor_slices((images, wrong)).batch(N // STEPS).repeat()
    teach_heads(model, replace(draws, batches=lambda _: mixed, shown=lambda _: shown))
    logit = keras.Model(model.input, model.get_layer("recognition").output).predict(images)
    assert roc_auc_score(labels, logit[:, 0]) > 0.95
    standardized = keras.Model(model.input, model.get_layer("standardized_moments").output)
    assert np.allclose(standardized(images[shown]).numpy().mean(axis=(0, 1, 2)), 0, atol=1e-2)


def test_recognition_learns_from_more_draws(
    model: keras.Model, draws: Draws, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(epoch: int) -> tf.data.Dataset:
        asked.append(epoch)
        return batches()

    monkeypatch.setattr("training.fitting.head.LESSON", Lesson(draws=3, passes=1, batch_size=256))
    teach_heads(model, replace(draws, batches=counted))
    assert asked == [0, 0, 1, 2], "the first for the moments"


def test_inspection_begins_with_what_recognition_has_learnt(taught: keras.Model) -> None:
    images, _ = rough_and_smooth()
    recognition, inspection, logit = (
        keras.Model(taught.input, taught.get_layer(name).output).predict(images, verbose=0)
        for name in ("recognition", "inspection", "logit")
    )
    assert np.array_equal(recognition, inspection)
    assert np.allclose(recognition, logit, atol=1e-6)


def test_a_head_apart_is_taught_without_the_model(model: keras.Model, draws: Draws) -> None:
    """As the study of what is left out does it."""
    draws.look(model, "recognition_texture", 1)
    before = weights_of(model, "recognition")
    teach(keras.models.clone_model(head_of(model)), draws, Lesson(1, 2, 128))
    assert same(before, weights_of(model, "recognition"))


@pytest.mark.usefixtures("brief")
def test_a_new_head_of_a_model_that_was_taught_and_kept_learns_as_the_first_one_did(
    model: keras.Model, draws: Draws, tmp_path: Path
) -> None:
    """The model's own is frozen by then, and a head that is like it must not be."""
    teach_heads(model, draws)
    model.save(tmp_path / "taught.keras")
    taught = keras.models.load_model(tmp_path / "taught.keras", compile=False)
    assert head_of(taught).trainable_weights == []
    keras.utils.set_random_seed(1)
    head = new_head(taught)
    before = said(head, model)
    teach(head, draws, Lesson(draws=1, passes=20, batch_size=32))
    assert roc_auc_score(rough_and_smooth()[1], before) < 0.9
    assert roc_auc_score(rough_and_smooth()[1], said(head, model)) > 0.99


def said(head: keras.Model, model: keras.Model) -> np.ndarray:
    texture = keras.Model(model.input, model.get_layer("recognition_texture").output)
    return np.asarray(head(texture(rough_and_smooth()[0])))[:, 0]
