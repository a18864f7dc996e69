"""A gradient that OpenVINO reads by the rules here is the one that TensorFlow works out."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from service.model import openvino_graph
from service.pictures.quiet_openvino import openvino as ov
from tests.conftest import SHIPPED
from training.artifact import explain_graph

SIDE = 6
IMAGES = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)


class Gradients(tf.Module):
    """Whose heatmap is a gradient through all that the rules are for."""

    def __init__(self) -> None:
        self.weights = tf.Variable([0.5, -2.0, 3.0])

    def serving_default(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"fake_probability": tf.sigmoid(self.value(tf.cast(image, tf.float32) / 255))}

    def value(self, image: tf.Tensor) -> tf.Tensor:
        """[batch], of a sum of parts of one axis more and one less, cut off, and put together."""
        repeated = image * self.weights + tf.reduce_mean(image, axis=(1, 2), keepdims=True)
        bright = tf.nn.relu(image - 0.5) * tf.reduce_max(image, axis=-1, keepdims=True)
        together = tf.concat([repeated, bright, image], axis=-1)
        return tf.reduce_sum(together * tf.range(1.0, 10.0), axis=(1, 2, 3)) / 100

    def explain(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        pixels = tf.cast(image, tf.float32) / 255
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            value = self.value(pixels)
        slope = tf.reduce_sum(tape.gradient(value, pixels), axis=-1)
        return {"fake_probability": tf.sigmoid(value), "heatmap": slope}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gradients") / "1"
    spec = tf.TensorSpec((None, SIDE, SIDE, 3), tf.uint8, "image")
    module = Gradients()
    signatures = {
        name: tf.function(getattr(module, name), [spec]).get_concrete_function()
        for name in ("serving_default", "explain")
    }
    tf.saved_model.save(module, str(folder), signatures)
    explain_graph.write(folder)
    return folder


def answer(folder: Path, images: np.ndarray) -> dict[str, np.ndarray]:
    graph = openvino_graph.read(folder)
    graph.reshape(images.shape)
    precise = {"INFERENCE_PRECISION_HINT": "f32"}
    results = ov.Core().compile_model(graph, "CPU", precise)([images])
    return {name: value for output, value in results.items() for name in output.names}


@pytest.mark.parametrize("count", [1, 3])
def test_it_computes_what_tensorflow_computes(saved: Path, count: int) -> None:
    images = IMAGES[:count]
    expected = tf.saved_model.load(str(saved)).signatures["explain"](image=tf.constant(images))
    given = answer(saved, images)
    assert set(given) == set(expected)
    for name, values in expected.items():
        assert given[name].shape == values.shape
        assert np.abs(given[name] - values.numpy()).max() <= 1e-6 * max(1, np.abs(values).max())


def test_the_gradient_there_needs_every_rule(saved: Path) -> None:
    graph = SavedModel.FromString((saved / "saved_model.pb").read_bytes()).meta_graphs[0].graph_def
    used = {node.op for function in graph.library.function for node in function.node_def}
    assert set(openvino_graph.RULES) <= used


def test_any_number_of_images_is_let_in_until_one_is_chosen() -> None:
    (image,) = openvino_graph.read(SHIPPED).inputs
    assert image.partial_shape == ov.PartialShape([-1, 224, 224, 3])


def test_nothing_is_said_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    openvino_graph.read(SHIPPED)
    assert capfd.readouterr().err == ""
