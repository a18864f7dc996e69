"""Damaged pictures get an answer each; `make fuzz` goes on for longer."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.fuzz import SECONDS, SEED, damaged
from tests.fuzz.mutate import CORPUS, mutated

CODES = {"corrupt_image", "unsupported_format", "image_too_large"}
FILES = int(60 * SECONDS)  # that the service is sent: a busy one has little time for rare answers
GROWTH = 200  # MiB; what the decoders and the model have not used before


def run(*arguments: str) -> dict[str, int]:
    """How often each answer came; a decoder that crashes takes no test with it."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.fuzz.damaged", *arguments]
    command += ["--seed", str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = (line.split(maxsplit=1) for line in done.stdout.splitlines())
    return {what: int(number.replace(",", "")) for number, what in rows}


@pytest.mark.slow
def test_the_decoders_raise_nothing_but_image_errors() -> None:
    answers = run("--seconds", str(SECONDS))
    assert answers.keys() >= CODES | {"decoded"}
    assert sum(answers.values()) > 1000


@pytest.mark.slow
def test_a_service_answers_each(server: str) -> None:
    answers = run("--count", str(FILES), "--url", server)
    assert answers.pop("MiB after") - answers.pop("MiB before") < GROWTH
    assert answers.keys() >= CODES | {"scored"}
    assert sum(answers.values()) == FILES
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
        damaged.fuzz(ask, seed=5, most=10, seconds=60)
    assert (tmp_path / "build" / "fuzz-5-2").read_bytes() == mutated(5, 2)


@pytest.mark.parametrize("status", [500, 502, 302])
def test_a_service_that_fails_is_noticed(status: int) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(status))
    with (
        httpx.Client(transport=transport, base_url="http://test") as client,
        pytest.raises(AssertionError, match=str(status)),
    ):
        damaged.answered(client, b"anything")
