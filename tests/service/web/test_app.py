"""The service as a whole: health, the model's card, and a start that cannot succeed."""

import json
import shutil
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from service.provenance import trust
from tests.conftest import SHIPPED, free_port, running_server
from tests.programs import run

pytestmark = pytest.mark.usefixtures("toy_served")


def test_health_and_readiness(server: str) -> None:
    assert httpx.get(f"{server}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{server}/readyz").json() == {"status": "ready"}


def test_model_is_the_artifacts_own_description(server: str) -> None:
    written = json.loads((SHIPPED / "assets.extra" / "model.json").read_text())
    served = httpx.get(f"{server}/model").json()
    assert served.pop("created")[:19] == written.pop("created")[:19]
    assert served.pop("trust_lists") == trust.lists_date()
    assert served == written


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    return run("deepfake", "serve", "--port", str(free_port()), timeout=60, environment=environment)


def test_a_missing_artifact_stops_the_start_with_one_clear_line(tmp_path: Path) -> None:
    ended = serve(DEEPFAKE_MODEL=str(tmp_path / "nowhere"))
    assert ended.returncode == 1
    assert ended.stderr.endswith(f"error: {tmp_path}/nowhere: no such model folder\n")
    assert ended.stderr.count("error: ") == 1
    assert "Traceback" not in ended.stderr


def test_a_broken_graph_stops_the_start_with_one_clear_line(tmp_path: Path) -> None:
    broken = Path(shutil.copytree(SHIPPED, tmp_path / "deepfake" / SHIPPED.name))
    (broken / "saved_model.pb").write_bytes(b"garbage")
    ended = serve(DEEPFAKE_MODEL=str(broken.parent))
    assert ended.returncode == 1
    assert f"\nerror: {broken}: TensorFlow cannot load it" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEEPFAKE_QUEUE_LIMIT", "many"),
        ("DEEPFAKE_MAX_BODY_BYTES", "0"),
        ("DEEPFAKE_MAX_PIXELS", "-1"),
    ],
)
def test_a_senseless_setting_stops_the_start_with_one_clear_line(variable: str, value: str) -> None:
    ended = serve(**{variable: value})
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: {variable}={value}: ")
    assert ended.stderr.count("\n") == 1


def test_another_version_is_served_after_a_restart_without_any_other_change(
    tmp_path: Path, toys: Path, face: bytes
) -> None:
    models = Path(shutil.copytree(toys, tmp_path / "cold"))
    manifest = shutil.copytree(toys / "1", models / "99") / "assets.extra" / "model.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": 99}))
    with running_server(DEEPFAKE_MODEL=str(models)) as url:
        answer = httpx.post(f"{url}/predict", files={"file": face}).json()
    assert answer["model"]["version"] == 99


def test_the_limits_are_settings(face: bytes) -> None:
    with running_server(DEEPFAKE_MAX_BODY_BYTES="1000", DEEPFAKE_MAX_PIXELS="100") as url:
        over = httpx.post(f"{url}/predict", files={"file": face})
        assert over.json()["code"] == "body_too_large"
    with running_server(DEEPFAKE_MAX_PIXELS="100") as url:
        over = httpx.post(f"{url}/predict", files={"file": face})
        assert over.json()["code"] == "image_too_large"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_was_asked_for_is_a_success(number: signal.Signals) -> None:
    with running_server(stop=number) as url:
        assert httpx.get(f"{url}/healthz").status_code == 200
