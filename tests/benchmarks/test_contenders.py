"""Each contender gives the service's own answer to the same request, and is gone afterwards."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from benchmarks.contenders import contenders, ours
from benchmarks.running import Running, running
from benchmarks.serving import measure
from tests.conftest import ROOT
from tests.pictures import PORTRAIT, encode
from tests.toy import cooled

pytestmark = pytest.mark.usefixtures("toy_served")

OTHERS = [name for name in contenders(ROOT) if name != "this service"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "service").symlink_to(ROOT / "service")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    path.write_bytes(encode(PORTRAIT))
    return path


def probability(it: Running) -> float:
    answer = httpx.post(f"{it.url}/predict", files={"file": encode(cooled(0.5))}, timeout=60)
    assert answer.status_code == 200
    said = answer.json()
    return float(said["fake_probability"] if isinstance(said, dict) else said[0])


@pytest.fixture(scope="module")
def expected(toy_served: None) -> float:  # noqa: ARG001
    with running() as it:
        return probability(it)


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_it_answers_as_the_service_does_and_is_gone(
    name: str, expected: float, checkout: Path, portrait: Path
) -> None:
    with contenders(checkout)[name].started() as it:
        family = it.family()
        assert probability(it) == pytest.approx(expected, abs=1e-5)
        figures = measure(it, portrait, concurrency=2, seconds=1)
    assert 0.1 < expected < 0.9
    assert figures.errors == 0
    assert figures.throughput > 0
    assert figures.memory > 100
    assert not [one for one in family if one.is_running()]


@pytest.mark.slow
def test_the_peers_have_tensorflow_as_it_comes() -> None:
    code = "import sys, benchmarks.peer_plain; print('service.model.loaded' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT) == b"False\n"


def test_bentoml_needs_a_python_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BENTOML_PYTHON", raising=False)
    assert "BentoML" not in contenders()
    monkeypatch.setenv("BENTOML_PYTHON", "other/python")
    assert contenders()["BentoML"].python == Path("other/python")


def test_the_version_before_is_its_checkout_with_its_own_python(tmp_path: Path) -> None:
    assert "the version before" not in contenders()
    before = contenders(tmp_path)["the version before"]
    assert (before.folder, before.python) == (tmp_path, tmp_path / ".venv/bin/python")


def test_alone_are_this_service_and_the_version_before(tmp_path: Path) -> None:
    assert list(ours()) == ["this service"]
    assert list(ours(tmp_path)) == ["this service", "the version before"]
    assert ours(tmp_path).items() <= contenders(tmp_path).items()
