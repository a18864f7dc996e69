"""Own thresholds in a container: by the file beside Compose's, and by the overlay's ConfigMap."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from service.model.own import OwnThresholds
from tests.conftest import ROOT, SHIPPED
from tests.container.test_container import URL, compose, run, wait_until_healthy
from tests.container.test_manifests import KEY, starting, translated
from tests.deploy.test_kubernetes import OVERLAYS
from tests.owned import write_own

pytestmark = pytest.mark.container

COMPOSED = ["--file", "docker-compose.yml", "--file", "deploy/thresholds.compose.yaml"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readable for the container's user, which is not the one who runs the tests."""
    folder = tmp_path_factory.mktemp("own")
    for it in (folder, *folder.parents[:3]):
        it.chmod(0o755)
    path = write_own(folder / "thresholds.json", SHIPPED.parent, highest=0.6)
    path.chmod(0o644)
    return path


@contextmanager
def by_compose(path: Path) -> Iterator[str]:
    os.environ["DEEPFAKE_THRESHOLDS"] = str(path)
    try:
        run(*compose(), *COMPOSED, "up", "--detach", "--build")
        wait_until_healthy(run(*compose(), *COMPOSED, "ps", "--quiet", "detector"))
        yield URL
    finally:
        run(*compose(), *COMPOSED, "down")
        del os.environ["DEEPFAKE_THRESHOLDS"]


@contextmanager
def by_manifest(path: Path) -> Iterator[str]:
    with starting(translated(OVERLAYS["thresholds"], {"thresholds": path.parent})) as (_, url):
        yield url


@pytest.fixture(scope="module", params=[by_compose, by_manifest])
def url(request: pytest.FixtureRequest, path: Path) -> Iterator[str]:
    with request.param(path) as url:
        yield url


def test_a_file_that_is_missing_is_an_error_and_no_empty_folder(tmp_path: Path) -> None:
    gone = tmp_path / "gone.json"
    environment = {**os.environ, "DEEPFAKE_THRESHOLDS": str(gone)}
    up = [*compose(), *COMPOSED, "up", "--detach", "detector"]
    done = subprocess.run(up, cwd=ROOT, env=environment, capture_output=True, check=False)
    run(*compose(), "down")
    assert done.returncode != 0
    assert b"gone.json" in done.stderr
    assert not gone.exists()


def test_they_are_in_force(url: str, path: Path) -> None:
    served, own = httpx.get(f"{url}/model").json(), OwnThresholds.read(path)
    assert served["thresholds"] == own.thresholds.model_dump()
    assert served["own_thresholds"]["false_alarms"]["pictures"] == len(own.real_scores)


def test_an_answer_is_judged_by_them(url: str, path: Path, face: bytes) -> None:
    with httpx.Client(headers={"X-API-Key": KEY}, timeout=60) as client:
        answer = client.post(f"{url}/predict", files={"file": face}).json()
    assert answer["model"]["own_thresholds"] == {"pictures": 150, "false_alarms": 0.01}
    assert answer["p_value"] == OwnThresholds.read(path).p_value(answer["fake_probability"])


def test_the_page_says_so(url: str) -> None:
    assert "of 150 pictures of its operator, on 2026-01-02" in httpx.get(url).text
