"""The Open Inference Protocol v2, asked by a public client that knows nothing of this service."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from service.model.loaded import Model
from service.model.manifest import Manifest
from tests.pictures import smooth

VERDICTS = {"real", "uncertain", "fake"}


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[InferenceServerClient]:
    with InferenceServerClient(server.removeprefix("http://")) as client:
        yield client


@pytest.fixture(scope="module")
def manifest(model: Model) -> Manifest:
    return model.manifest


def faces(manifest: Manifest, count: int) -> np.ndarray:
    return np.stack([np.asarray(smooth(seed, manifest.input_side)) for seed in range(count)])


def tensor(name: str, values: np.ndarray, datatype: str, binary: bool = True) -> InferInput:
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


def encoded(*files: bytes) -> np.ndarray:
    return np.array(files, object)


def test_health(client: InferenceServerClient, manifest: Manifest) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(manifest.name)
    assert client.is_model_ready(manifest.name, str(manifest.version))
    assert not client.is_model_ready("another")
    assert not client.is_model_ready(manifest.name, "99")


def test_metadata(client: InferenceServerClient, manifest: Manifest) -> None:
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    told = client.get_model_metadata(manifest.name, str(manifest.version))
    side = manifest.input_side
    assert (told["name"], told["versions"]) == (manifest.name, [str(manifest.version)])
    assert told["inputs"] == [
        {"name": "image", "datatype": "UINT8", "shape": [-1, side, side, 3]},
        {"name": "file", "datatype": "BYTES", "shape": [-1]},
    ]
    assert [output["name"] for output in told["outputs"]] == ["fake_probability", "verdict"]


@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False])
def test_faces_as_tensors_get_the_models_own_scores(
    client: InferenceServerClient, model: Model, binary_in: bool, binary_out: bool
) -> None:
    images = faces(model.manifest, 3)
    names = ("fake_probability", "verdict")
    result = client.infer(
        model.manifest.name,
        [tensor("image", images, "UINT8", binary_in)],
        request_id="seven",
        outputs=[InferRequestedOutput(name, binary_data=binary_out) for name in names],
    )
    scores, verdicts = (result.as_numpy(name) for name in names)
    assert scores.dtype == np.float32
    assert scores == pytest.approx(model.score(images), abs=1e-6)
    assert {text.decode() if binary_out else text for text in verdicts} <= VERDICTS
    answer = result.get_response()
    assert (answer["id"], answer["model_name"]) == ("seven", model.manifest.name)
    assert answer["model_version"] == str(model.manifest.version)


@pytest.mark.parametrize("binary", [True, False])
def test_files_get_the_same_answers_as_from_predict(
    client: InferenceServerClient, server: str, manifest: Manifest, face: bytes, binary: bool
) -> None:
    files = [face, httpx.get(f"{server}/static/favicon.svg").content and face]
    values = encoded(*files) if binary else encoded(*(base64.b64encode(file) for file in files))
    result = client.infer(manifest.name, [tensor("file", values, "BYTES", binary)])
    single = httpx.post(f"{server}/predict", files={"file": face}).json()
    assert result.as_numpy("fake_probability") == pytest.approx(
        [single["fake_probability"]] * 2, abs=1e-6
    )
    assert list(result.as_numpy("verdict")) == [single["verdict"].encode()] * 2


def test_more_faces_than_a_batch_holds(client: InferenceServerClient, model: Model) -> None:
    images = faces(model.manifest, 40)
    result = client.infer(model.manifest.name, [tensor("image", images, "UINT8")])
    assert result.as_numpy("fake_probability") == pytest.approx(model.score(images), abs=1e-6)


def refused(client: InferenceServerClient, *inputs: InferInput, **options: Any) -> tuple[str, str]:
    with pytest.raises(InferenceServerException) as caught:
        client.infer("deepfake", list(inputs), **options)
    return caught.value.status(), caught.value.message()


def test_what_is_wrong_is_said_in_the_clients_own_words(
    client: InferenceServerClient, manifest: Manifest, face: bytes
) -> None:
    side = manifest.input_side
    image = tensor("image", faces(manifest, 1), "UINT8")
    small = tensor("image", np.zeros((1, 8, 8, 3), np.uint8), "UINT8")
    assert refused(client, small) == ("400", f"'image' must be of shape [n, {side}, {side}, 3].")
    other = tensor("pixels", np.zeros((1, 8, 8, 3), np.uint8), "UINT8")
    assert refused(client, other) == ("400", "There is no input 'pixels' of type UINT8.")
    mistyped = tensor("image", np.zeros((1, side, side, 3), np.float32), "FP32")
    assert refused(client, mistyped)[1] == "There is no input 'image' of type FP32."
    status, message = refused(client, image, tensor("file", encoded(face), "BYTES"))
    assert (status, "at most 1 item" in message) == ("400", True)
    logits = [InferRequestedOutput("logit")]
    assert refused(client, image, outputs=logits) == ("400", "There is no output 'logit'.")
    text = tensor("file", encoded(face, b"no picture"), "BYTES")
    assert refused(client, text)[0] == "415"
    many = tensor("file", encoded(*[b"x"] * 33), "BYTES")
    assert refused(client, many) == ("400", "Send 1 to 32 files.")
    status, message = refused(client, image, model_version="99")
    assert (status, message.startswith("There is no such model here")) == ("404", True)


def test_an_error_is_a_problem_like_all_others(server: str, manifest: Manifest) -> None:
    answer = httpx.post(f"{server}/v2/models/{manifest.name}/infer", content=b"{}")
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["code"]) == (400, "malformed_inference")
    assert problem["error"] == problem["detail"]


def test_a_body_over_the_limit_is_refused(server: str, manifest: Manifest) -> None:
    url = f"{server}/v2/models/{manifest.name}/infer"
    answer = httpx.post(url, content=bytes(21 * 2**20))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
