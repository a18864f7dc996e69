"""TensorFlow Serving's configuration is one that it can read, and names what is there."""

import re
from pathlib import Path

import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from service.model.manifest import Manifest
from tests.conftest import ARTIFACT, ROOT, SHIPPED

FOLDER = ROOT / "deploy" / "tensorflow-serving"
README = (FOLDER / "README.md").read_text()


@pytest.fixture(scope="module")
def config() -> ModelServerConfig:
    return text_format.Parse((FOLDER / "models.config").read_text(), ModelServerConfig())


def test_it_serves_the_latest_version_of_the_model(config: ModelServerConfig) -> None:
    (model,) = config.model_config_list.config
    assert model.name == Manifest.read(SHIPPED).name
    assert model.model_platform == "tensorflow"
    assert model.model_version_policy.WhichOneof("policy_choice") == "latest"
    assert all(path.name.isdecimal() for path in ARTIFACT.iterdir())


def test_the_readme_mounts_what_the_configuration_names(config: ModelServerConfig) -> None:
    mounts = dict(re.findall(r'--volume "\$PWD/([^:]+):([^:]+):ro"', README))
    (model,) = config.model_config_list.config
    assert {place: (ROOT / ours).is_dir() for ours, place in mounts.items()} == {
        model.base_path: True,
        "/config": True,
    }
    assert ROOT / "models/deepfake" == ARTIFACT
    (file,) = re.findall(r"--model_config_file=/config/(\S+)", README)
    assert (FOLDER / file).exists()


def test_the_signatures_are_as_the_readme_says() -> None:
    signatures = tf.saved_model.load(str(SHIPPED)).signatures
    side = Manifest.read(SHIPPED).input_side
    assert f"uint8 `[batch, {side}, {side}, 3]` RGB" in README
    for name in ("serving_default", "explain"):
        assert f"`{name}`" in README
        (given,) = signatures[name].structured_input_signature[1].values()
        assert (given.name, given.dtype, given.shape[1:]) == ("image", tf.uint8, (side, side, 3))


def test_a_clients_request_holds_what_the_model_takes(config: ModelServerConfig) -> None:
    request = PredictRequest()
    request.model_spec.name = config.model_config_list.config[0].name
    request.model_spec.signature_name = "serving_default"
    side = Manifest.read(SHIPPED).input_side
    image = tf.zeros((1, side, side, 3), tf.uint8)
    request.inputs["image"].CopyFrom(tf.make_tensor_proto(image))
    again = PredictRequest.FromString(request.SerializeToString())
    signature = tf.saved_model.load(str(SHIPPED)).signatures[again.model_spec.signature_name]
    given = {name: tf.constant(tf.make_ndarray(it)) for name, it in again.inputs.items()}
    assert signature(**given)["fake_probability"].shape == (1,)


@pytest.mark.parametrize("path", re.findall(r"`((?:service|models)/[^`]+)`", README))
def test_what_the_readme_points_to_is_there(path: str) -> None:
    assert Path(ROOT / path).exists()
