"""A newer version takes over without a restart; a broken one does not."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import SHIPPED, running_server
from tests.owned import write_own


def add_version(models: Path, number: int, of: Path, *, broken: bool = False) -> None:
    """The version ``of`` under another number, put into place whole."""
    folder = Path(shutil.copytree(of, models.parent / "new"))
    path = folder / "assets.extra" / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": number}))
    if broken:
        (folder / "saved_model.pb").write_bytes(b"garbage")
    folder.rename(models / str(number))


@pytest.fixture
def models(tmp_path: Path, toys: Path) -> Path:
    folder = tmp_path / "deepfake"
    folder.mkdir()
    add_version(folder, 1, toys / "1")
    return folder


@pytest.fixture
def url(models: Path) -> Iterator[str]:
    with running_server(
        log=models.parent / "log",
        DEEPFAKE_MODEL=str(models),
        DEEPFAKE_MODEL_POLL_SECONDS="0.2",
    ) as url:
        yield url


def until(holds: Callable[[], bool]) -> None:
    stop = threading.Event()
    for _ in range(200):
        if holds():
            return
        stop.wait(0.1)
    pytest.fail("it never came to hold")


def version(url: str) -> int:
    served: int = httpx.get(f"{url}/model").json()["version"]
    return served


def test_it_is_swapped_under_load_and_every_answer_names_its_own(
    url: str, models: Path, face: bytes
) -> None:
    answers: list[tuple[int, int]] = []
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client() as client:
            while not stop.is_set():
                answer = client.post(f"{url}/predict", files={"file": face})
                answers.append((answer.status_code, answer.json()["model"]["version"]))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(answers) > 10)
    add_version(models, 2, models / "1")
    until(lambda: answers[-1][1] == 2)
    stop.set()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} == {200}
    assert {number for _, number in answers} == {1, 2}
    assert version(url) == 2
    assert 'name="cold",version="2"} 1.0' in httpx.get(f"{url}/metrics").text


def test_a_broken_one_is_refused_and_said_so_once(url: str, models: Path, face: bytes) -> None:
    add_version(models, 3, models / "1", broken=True)
    threading.Event().wait(2)  # ten looks
    assert httpx.post(f"{url}/predict", files={"file": face}).json()["model"]["version"] == 1
    add_version(models, 4, models / "1")
    until(lambda: version(url) == 4)
    printed = (models.parent / "log").read_text().splitlines()
    lines = [json.loads(line) for line in printed if line.startswith("{")]
    reasons = [line["reason"] for line in lines if line["message"] == "model refused"]
    assert len(reasons) == 1
    assert "TensorFlow cannot load it" in reasons[0]
    assert [line["version"] for line in lines if line["message"] == "model served"] == [4]


def test_taking_the_newest_away_goes_back_to_the_one_before(url: str, models: Path) -> None:
    add_version(models, 2, models / "1")
    until(lambda: version(url) == 2)
    shutil.rmtree(models / "2")
    until(lambda: version(url) == 1)


def test_without_the_setting_nothing_is_looked_for(models: Path) -> None:
    with running_server(DEEPFAKE_MODEL=str(models)) as url:
        add_version(models, 2, models / "1")
        threading.Event().wait(1)
        assert version(url) == 1


def test_one_with_other_weights_is_not_taken_while_own_thresholds_are_in_force(
    models: Path, tmp_path: Path, face: bytes
) -> None:
    """It is said once; one of the same weights is taken, and judged by them."""
    own, log = write_own(tmp_path / "own.json", models, highest=0.6), tmp_path / "log"
    with running_server(
        log=log,
        DEEPFAKE_MODEL=str(models),
        DEEPFAKE_MODEL_POLL_SECONDS="0.2",
        DEEPFAKE_THRESHOLDS=str(own),
    ) as url:
        add_version(models, 2, models / "1")
        until(lambda: version(url) == 2)
        shutil.copytree(SHIPPED, models.parent / "new")
        path = models.parent / "new" / "assets.extra" / "model.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "version": 3}))
        (models.parent / "new").rename(models / "3")
        threading.Event().wait(2)  # ten looks
        assert version(url) == 2
        answer = httpx.post(f"{url}/predict", files={"file": face}).json()
        assert answer["model"]["own_thresholds"] == {"pictures": 150, "false_alarms": 0.01}
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    reasons = [line["reason"] for line in lines if line["message"] == "model refused"]
    assert len(reasons) == 1
    assert "made with cold 1, and deepfake 3 has other weights" in reasons[0]
