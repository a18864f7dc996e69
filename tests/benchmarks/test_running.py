"""What the benchmarks run is real, ready when it is said to be, and gone afterwards."""

import signal
from pathlib import Path

import httpx
import psutil
import pytest
from PIL import Image

from benchmarks.lifecycle import end_under_load
from benchmarks.load import CUT_OFF
from benchmarks.overload import recovery
from benchmarks.running import load, pictures, running, start_load, told

pytestmark = pytest.mark.usefixtures("toy_served")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return pictures(tmp_path_factory.mktemp("pictures"))


def test_the_pictures_are_as_they_are_called(made: dict[str, Path]) -> None:
    sizes = {}
    for name, path in made.items():
        with Image.open(path) as image:
            sizes[name] = image.size
    assert sizes["256 px face"] == (256, 256)
    assert sizes["12 MP photograph"][0] * sizes["12 MP photograph"][1] == pytest.approx(
        12e6, rel=0.01
    )


@pytest.mark.slow
def test_the_service_is_ready_answers_and_is_gone(made: dict[str, Path]) -> None:
    with running() as it:
        assert httpx.get(f"{it.url}/readyz").status_code == 200
        found = load(it, made["256 px face"], concurrency=2, seconds=1)
        assert set(found["statuses"]) == {"200"}
        assert 50 < it.memory_mib() < 4000
        assert recovery(it, made["256 px face"], single=1000) < 2
    assert not psutil.pid_exists(it.process.pid)


def test_what_never_listens_is_said() -> None:
    with pytest.raises(TimeoutError), running(("-c", "pass")):
        pass


def test_a_load_that_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="status 1"):
        told(start_load("http://127.0.0.1:9/predict", tmp_path / "none.jpg", "--rate", "1"))


@pytest.mark.slow
def test_an_end_under_load_cuts_nothing_off(made: dict[str, Path]) -> None:
    status, statuses = end_under_load(made["256 px face"], seconds=4)
    assert status == 0
    assert statuses["200"] > 0
    assert str(CUT_OFF) not in statuses


@pytest.mark.slow
def test_an_end_is_a_signal_that_the_process_heeds() -> None:
    with running() as it:
        it.process.send_signal(signal.SIGTERM)
        assert it.process.wait(timeout=30) == 0
