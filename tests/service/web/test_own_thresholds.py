"""The service says that own thresholds are in force: in its answers, of its model, on its page."""

import json
from pathlib import Path

import httpx
import pytest

from service.model.own import OwnThresholds
from tests.pictures import encode
from tests.programs import run
from tests.toy import cooled


@pytest.fixture(scope="module")
def cold() -> bytes:
    return encode(cooled(1), "PNG")


def test_the_model_says_what_they_promise_and_no_score(
    own_server: str, own_thresholds: Path
) -> None:
    own = OwnThresholds.read(own_thresholds)
    answer = httpx.get(f"{own_server}/model")
    served = answer.json()
    assert served["thresholds"] == own.thresholds.model_dump()
    assert served["own_thresholds"]["false_alarms"] == own.promise.false_alarms.model_dump()
    assert served["own_thresholds"]["calibrated"] == "2026-01-02T00:00:00Z"
    assert "real_scores" not in answer.text


def test_without_them_the_model_says_nothing_of_them(server: str) -> None:
    assert "own_thresholds" not in httpx.get(f"{server}/model").text


def test_an_answer_has_its_p_value_and_names_them(
    own_server: str, own_thresholds: Path, cold: bytes
) -> None:
    answer = httpx.post(f"{own_server}/predict", files={"file": cold}).json()
    assert answer["verdict"] == "fake"
    assert answer["p_value"] == OwnThresholds.read(own_thresholds).p_value(
        answer["fake_probability"]
    )
    assert answer["model"]["own_thresholds"] == {"pictures": 150, "false_alarms": 0.01}
    batch = httpx.post(f"{own_server}/predict/batch", files={"file": cold}).json()
    assert batch["results"][0]["prediction"]["p_value"] == answer["p_value"]


def test_without_them_an_answer_has_neither(server: str, face: bytes) -> None:
    answer = httpx.post(f"{server}/predict", files={"file": face}).json()
    assert "p_value" not in answer
    assert set(answer["model"]) == {"name", "version"}


def test_the_page_says_it_where_it_says_how_far_to_trust(own_server: str, server: str) -> None:
    (trust,) = [
        part for part in httpx.get(own_server).text.split("<section") if 'id="trust"' in part
    ]
    assert "<b>1.0 of 100</b> real pictures at most are likely fake" in trust
    assert "of 150 pictures of its operator, on 2026-01-02" in trust
    assert "fakes score as likely real" not in trust, "that is of the model's own thresholds"
    assert "of its operator" not in httpx.get(server).text


def test_the_card_says_it_beside_the_model(own_server: str, server: str, cold: bytes) -> None:
    card = httpx.post(own_server, files={"file": cold}).text
    assert "cold 1, by thresholds of 150 pictures of the operator</dd>" in card
    assert "<dt>p-value among those</dt><dd>0.0066</dd>" in card
    assert "p-value" not in httpx.post(server, files={"file": cold}).text


def test_the_inference_protocol_judges_by_them(own_server: str, cold: bytes) -> None:
    size = {"binary_data_size": len(cold) + 4}
    tensor = {"name": "file", "datatype": "BYTES", "shape": [1], "parameters": size}
    head = json.dumps({"inputs": [tensor]}).encode()
    answer = httpx.post(
        f"{own_server}/v2/models/cold/infer",
        content=head + len(cold).to_bytes(4, "little") + cold,
        headers={"Inference-Header-Content-Length": str(len(head))},
    ).json()
    outputs = {output["name"]: output["data"] for output in answer["outputs"]}
    assert outputs["verdict"] == ["fake"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "No such file or directory"),
        ("{}", "no thresholds of `deepfake calibrate`: thresholds: Field required"),
    ],
)
def test_a_wrong_file_stops_the_start_with_one_line(
    toys: Path, tmp_path: Path, content: str | None, line: str
) -> None:
    path = tmp_path / "wrong.json"
    if content is not None:
        path.write_text(content)
    environment = {"DEEPFAKE_MODEL": str(toys), "DEEPFAKE_THRESHOLDS": str(path)}
    done = run("deepfake", "serve", "--port", "0", timeout=120, environment=environment)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"error: {path}: {line}"
    assert "Traceback" not in done.stderr


def test_those_of_another_model_stop_the_start_with_one_line(own_thresholds: Path) -> None:
    environment = {"DEEPFAKE_THRESHOLDS": str(own_thresholds)}
    done = run("deepfake", "serve", "--port", "0", timeout=120, environment=environment)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "error: the own thresholds were made with cold 1, and deepfake "
    )
