"""The service does what its OpenAPI document says, and nothing else: schemathesis, all checks."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.web.keys import digest, new_key
from tests.conftest import BIN, ROOT, running_server
from tests.fuzz import EXAMPLES, SEED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def key() -> str:
    return new_key()


@pytest.fixture(scope="module")
def guarded(key: str) -> Iterator[str]:
    with running_server(DEEPFAKE_API_KEYS=digest(key)) as url:
        yield url


def check(document: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What schemathesis says of the service that ``document``, an address or a file, describes."""
    command = [str(BIN / "schemathesis"), "run", document, *arguments]
    command += ["--checks", "all", "--request-timeout", "60", "--no-color"]
    command += ["--max-examples", str(EXAMPLES), "--seed", str(SEED)]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def assert_sound(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout


def test_anyone_may_ask(server: str) -> None:
    assert_sound(check(f"{server}/openapi.json"))


def test_who_has_a_key_may_ask(guarded: str, key: str) -> None:
    assert_sound(check(f"{guarded}/openapi.json", "--header", f"Authorization: Bearer {key}"))


def test_who_has_none_is_refused_as_documented(guarded: str) -> None:
    done = check(f"{guarded}/openapi.json")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "4 operations returned only 401/403 responses" in done.stdout


@pytest.mark.parametrize("status", ["415", "422"])
def test_an_answer_that_is_not_documented_is_found(
    status: str, server: str, tmp_path: Path
) -> None:
    """The tests above can fail."""
    document = httpx.get(f"{server}/openapi.json").json()
    del document["paths"]["/predict"]["post"]["responses"][status]
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    done = check(str(path), "--url", server, "--include-path", "/predict")
    assert done.returncode == 1
    assert "Undocumented status code" in done.stdout
