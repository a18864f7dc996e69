"""What a real server tells Prometheus after a few requests."""

import time
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.model.loaded import Model
from service.model.manifest import Manifest
from service.model.tensorflow_engine import PART
from tests.conftest import running_server
from tests.pictures import encode, smooth


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One of its own, so that nobody else's requests are counted."""
    with running_server(DEEPFAKE_BATCH_SIZE="4") as url:
        yield url


def collect(server: str) -> dict[tuple[str, ...], float]:
    """Samples by name and the values of their labels, sorted by the labels' names."""
    text = httpx.get(f"{server}/metrics").text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def manifest(model: Model) -> Manifest:
    return model.manifest


def test_a_fresh_server_has_answered_nothing(server: str, manifest: Manifest) -> None:
    found = collect(server)
    described = (manifest.architecture, manifest.name, str(manifest.version))
    assert found["deepfake_model", *described] == 1
    assert found["deepfake_in_flight",] == 1, "this request"
    assert not [key for key in found if key[:1] == ("deepfake_verdicts_total",)]


def test_answers_and_refusals_are_counted(server: str, face: bytes) -> None:
    verdict = ""
    for _ in range(3):
        answer = httpx.post(f"{server}/predict", files={"file": face})
        verdict = answer.json()["verdict"]
    httpx.post(f"{server}/predict", files={"file": b"no picture"})
    httpx.get(f"{server}/nowhere")
    found = collect(server)
    assert found["deepfake_requests_total", "POST", "/predict", "200"] == 3
    assert found["deepfake_requests_total", "POST", "/predict", "415"] == 1
    assert found["deepfake_requests_total", "GET", "other", "404"] == 1
    assert found["deepfake_refusals_total", "unsupported_format"] == 1
    assert found["deepfake_verdicts_total", verdict] == 3
    assert found["deepfake_score_count",] == 3
    assert found["deepfake_score_sum",] / 3 == pytest.approx(answer.json()["fake_probability"])
    for stage in ("decode", "faces", "provenance", "queue", "model", "total"):
        assert found["deepfake_stage_seconds_count", stage] == 3
    assert 0 < found["deepfake_stage_seconds_sum", "model"] < 30
    assert found["deepfake_request_seconds_count", "/predict"] == 4


def test_the_graph_is_given_no_batch_size_that_was_not_prepared(server: str) -> None:
    """Of each core, so many at a time, however many arrive together."""
    before = collect(server)
    assert before["deepfake_model_shapes",] == PART
    with httpx.Client(base_url=server, timeout=60) as client:
        for count in (1, 2, 3, 5, 7):
            files = [("file", encode(smooth(seed, side=200))) for seed in range(count)]
            assert client.post("/predict/batch", files=files).status_code == 200
    after = collect(server)
    assert after["deepfake_model_shapes",] == PART
    assert after["deepfake_batch_size_sum",] - before["deepfake_batch_size_sum",] == 18
    assert after["deepfake_queue_depth",] == 0


def test_a_page_that_was_answered_counts_like_the_api(server: str, face: bytes) -> None:
    before = collect(server)
    httpx.post(server, files={"file": face})
    time.sleep(0.1)
    after = collect(server)
    assert after["deepfake_score_count",] - before["deepfake_score_count",] == 1
    assert after["deepfake_requests_total", "POST", "/", "200"] >= 1
