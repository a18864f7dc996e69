"""Without what scores here: each command that needs it says in one line what to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.command.extras import of_extra
from service.errors import MissingExtra
from tests.conftest import ROOT

# As in an installation without extras, in which none of these can be found.
CLIENT = """
import sys
for name in ("tensorflow", "keras", "numpy", "cv2", "PIL", "fastapi", "limits", "pydantic_settings",
             "prometheus_client", "uvicorn", "jinja2", "ray", "pyarrow", "fsspec"):
    sys.modules[name] = None
from service.command.cli import run
run()
"""


def deepfake(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CLIENT, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("predict", "face.jpg"), "serve"),
        (("info",), "serve"),
        (("serve",), "serve"),
        (("bulk", ".", "--output", "scores"), "bulk"),
    ],
)
def test_a_command_that_needs_it_says_what_to_install(words: tuple[str, ...], extra: str) -> None:
    done = deepfake(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.endswith(f" is missing: pip install 'deepfake-detector[{extra}]'\n")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_an_output_is_left_as_it_is(tmp_path: Path) -> None:
    (out := tmp_path / "scores.csv").write_text("kept")
    assert deepfake("predict", ".", "--format", "csv", "--output", out).returncode == 1
    assert out.read_text() == "kept"


@pytest.mark.parametrize("words", [("--help",), ("predict", "--help"), ("key",)])
def test_all_else_works_without(words: tuple[str, ...]) -> None:
    done = deepfake(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_predict_asks_a_service_without(server: str, tmp_path: Path, face: bytes) -> None:
    (tmp_path / "face.jpg").write_bytes(face)
    done = deepfake("predict", tmp_path, "--url", server)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Predicted: REAL Image" in done.stdout


def test_another_error_is_left_as_it_is() -> None:
    with pytest.raises(ImportError, match="no such name"), of_extra("serve"):
        raise ImportError("no such name")
    with pytest.raises(MissingExtra, match=r"gone is missing: .*\[serve\]"), of_extra("serve"):
        raise ModuleNotFoundError(name="gone")
