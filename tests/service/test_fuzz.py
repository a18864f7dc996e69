"""Damaged pictures get an answer each; `make fuzz` goes on for longer."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests import fuzz
from tests.conftest import ROOT
from tests.mutate import CORPUS, mutated

SECONDS, COUNT = "10", "1000"
CODES = {"corrupt_image", "unsupported_format", "image_too_large"}


def run(*arguments: str) -> dict[str, int]:
    """How often each answer came; a decoder that crashes takes no test with it."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.fuzz", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = (line.split() for line in done.stdout.splitlines())
    return {code: int(times.replace(",", "")) for times, code in rows}


def test_the_decoders_raise_nothing_but_image_errors() -> None:
    answers = run("--seconds", SECONDS)
    assert answers.keys() >= CODES | {"decoded"}
    assert sum(answers.values()) > 1000


def test_a_service_answers_each(server: str) -> None:
    answers = run("--count", COUNT, "--url", server, "--seed", "1")
    assert answers.keys() >= CODES | {"scored"}
    assert sum(answers.values()) == int(COUNT)
    assert httpx.get(f"{server}/readyz").status_code == 200


def test_a_file_can_be_made_again() -> None:
    files = [mutated(3, number) for number in range(50)]
    assert files == [mutated(3, number) for number in range(50)]
    assert len(set(files)) == 50
    assert not set(files) & set(CORPUS)


@pytest.mark.parametrize("error", [ValueError("what no decoder should raise"), MemoryError()])
def test_what_should_not_be_is_kept(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def ask(data: bytes) -> str:
        if data == mutated(5, 2):
            raise error
        return "decoded"

    with pytest.raises(AssertionError, match="fuzz-5-2"):
        fuzz.fuzz(ask, seed=5, most=10, seconds=60)
    assert (tmp_path / "build" / "fuzz-5-2").read_bytes() == mutated(5, 2)


@pytest.mark.parametrize("status", [500, 502, 302])
def test_a_service_that_fails_is_noticed(status: int) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(status))
    with (
        httpx.Client(transport=transport, base_url="http://test") as client,
        pytest.raises(AssertionError, match=str(status)),
    ):
        fuzz.answered(client, b"anything")
