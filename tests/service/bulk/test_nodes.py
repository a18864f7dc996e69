"""Two nodes, one of them killed while it scores: no row is lost, none is there twice."""

import subprocess
import time
from pathlib import Path

import httpx
import pytest

from benchmarks.cluster import actors, nodes
from tests.conftest import ROOT, ROUNDING
from tests.service.bulk.conftest import PICTURES, command, rows

pytestmark = pytest.mark.slow

PART_ROWS = 4


@pytest.fixture(scope="module")
def survived(
    collection: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, dict[Path, int]]:
    """The output of a run one of whose nodes was killed; what it said; the parts of before."""
    output = tmp_path_factory.mktemp("survived") / "scores"
    with nodes(1, 1) as (address, (head, other)):
        options = ("--part-rows", PART_ROWS, "--address", address)
        process = subprocess.Popen(
            command(collection, output, *options),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while len(list(output.glob("part-*"))) < 6:
            assert process.poll() is None
            time.sleep(0.02)
        assert [len(actors(head)), len(actors(other))] == [1, 1], "each node has its actor"
        before = {path: path.stat().st_mtime_ns for path in output.glob("part-*")}
        (scoring,) = actors(other)
        other.kill()
        said, _ = process.communicate(timeout=240)
        assert process.returncode == 0, said
        assert not scoring.is_running(), "it died with its node"
    return output, said, before


def test_every_path_is_there_once(
    collection: Path, survived: tuple[Path, str, dict[Path, int]]
) -> None:
    assert set(rows(survived[0])) == set(map(str, collection.rglob("*.jpg")))
    assert len(list(survived[0].glob("part-*"))) == PICTURES / PART_ROWS


def test_what_was_written_before_was_not_scored_twice(
    survived: tuple[Path, str, dict[Path, int]],
) -> None:
    before = survived[2]
    assert 6 <= len(before) < PICTURES / PART_ROWS, "it was killed midway"
    for path, changed in before.items():
        assert path.stat().st_mtime_ns == changed


def test_the_probabilities_are_the_apis(
    server: str, survived: tuple[Path, str, dict[Path, int]]
) -> None:
    for path, row in list(rows(survived[0]).items())[::3]:
        answer = httpx.post(f"{server}/predict", files={"file": Path(path).read_bytes()}).json()
        assert row["fake_probability"] == pytest.approx(answer["fake_probability"], abs=ROUNDING)


def test_the_death_is_no_noise(survived: tuple[Path, str, dict[Path, int]]) -> None:
    assert survived[1] == f"{PICTURES} of {PICTURES} pictures have a row, 0 an error.\n"
