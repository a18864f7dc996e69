"""What the artifact's graph computes of a network whose evidence is known cell by cell."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from training.artifact.signatures import Signatures
from training.fitting.calibrate import Calibration

SIDE, CELLS = 8, 4
CALIBRATION = Calibration(temperature=2.0, bias=0.5, fake_above=0.9, real_below=0.1)
# Of each picture, how bright its cells are: only dark ones, one bright one, all alike.
BRIGHTNESS = np.zeros((3, CELLS, CELLS))
BRIGHTNESS[0, 1, 2] = 40
BRIGHTNESS[1] = 60
BRIGHTNESS[1, 3, 0] = 250
BRIGHTNESS[2] = 200
IMAGES = np.repeat(np.kron(BRIGHTNESS, np.ones((2, 2)))[..., None], 3, axis=-1).astype(np.uint8)


@pytest.fixture(scope="module", params=[1.0, -1.0], ids=["bright is fake", "dark is fake"])
def explained(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    """Of a network to which a cell speaks for fake by its mean, less 100: all of a dark picture's
    speak for real."""
    image = keras.Input((SIDE, SIDE, 3))
    mean = layers.Conv2D(1, 1, kernel_initializer=keras.initializers.Constant(1 / 765))(image)
    features = layers.AveragePooling2D(2, name="features")(mean)
    evidence = layers.Rescaling(request.param, offset=-100 / 255)(features)
    logit = layers.GlobalAveragePooling2D(name="logit")(evidence)
    signatures = Signatures(keras.Model(image, logit), CALIBRATION)
    batch = tf.constant(IMAGES)
    answer = {name: it.numpy() for name, it in signatures.explain(batch).items()}
    served = signatures.serving_default(batch)["fake_probability"].numpy()
    return {**answer, "served": served, "sign": np.array(request.param)}


def test_the_probability_is_the_calibrated_logits(explained: dict[str, np.ndarray]) -> None:
    means = BRIGHTNESS.mean(axis=(1, 2)) / 255
    logits = explained["sign"] * means - 100 / 255
    expected = 1 / (1 + np.exp(-(logits / 2.0 + 0.5)))
    assert explained["fake_probability"] == pytest.approx(expected, rel=1e-5)
    assert (explained["served"] == explained["fake_probability"]).all()


def test_the_heatmaps_highest_is_the_probability_and_its_lowest_nought(
    explained: dict[str, np.ndarray],
) -> None:
    heatmap, probability = explained["heatmap"], explained["fake_probability"]
    assert heatmap.shape == (3, CELLS, CELLS)
    assert heatmap[:2].min(axis=(1, 2)) == pytest.approx([0, 0])
    assert heatmap[:2].max(axis=(1, 2)) == pytest.approx(probability[:2])


def test_its_peak_is_the_most_suspicious_cell_even_where_all_speak_for_real(
    explained: dict[str, np.ndarray],
) -> None:
    evidence = explained["sign"] * BRIGHTNESS
    for cells, heat in zip(evidence[:2], explained["heatmap"][:2], strict=True):
        excess = np.maximum(cells - cells.mean(), 0)
        assert heat / heat.max() == pytest.approx(excess / excess.max(), abs=1e-5)


def test_where_all_cells_are_alike_it_is_dark(explained: dict[str, np.ndarray]) -> None:
    assert (explained["heatmap"][2] == 0).all()
