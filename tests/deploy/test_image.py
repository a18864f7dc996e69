"""Which engine the Dockerfile installs: TensorFlow, for GPUs if one is asked for, or OpenVINO."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
CONSTRAINTS = (ROOT / "constraints.txt").read_text().splitlines()
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
# By name: what it is built from, and what is done there.
STAGES = {
    name or "default": (base, body.replace("\\\n", ""))
    for base, name, body in re.findall(
        r"^FROM (\S+)(?: AS (\S+))?\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.M | re.S
    )
}


def installed(extra: str, folder: Path) -> tuple[str, str]:
    """What the stage `build` leaves out, and what it asks for beside the project's own."""
    _, body = STAGES["build"]
    choice, then = re.search(r"^RUN (case .*? esac).*(\$\(.*\))", body, re.M).groups()  # type: ignore[union-attr]
    (folder / "excluded.txt").write_text("tensorflow\n")
    script = f"{choice}; echo {then}"
    asked = subprocess.check_output(["sh", "-ec", script], cwd=folder, env={"EXTRA": extra})
    return (folder / "excluded.txt").read_text().strip(), asked.decode().strip()


@pytest.mark.parametrize("extra", ["c2pa heic", "", "c2pa heic tracing", "gpus"])
def test_without_a_gpu_it_is_tensorflow_for_processors(extra: str, tmp_path: Path) -> None:
    assert installed(extra, tmp_path) == ("tensorflow", "tensorflow-cpu")


@pytest.mark.parametrize("extra", ["gpu", "c2pa heic gpu", "gpu heic"])
def test_with_a_gpu_it_is_what_the_extra_names(extra: str, tmp_path: Path) -> None:
    assert installed(extra, tmp_path) == ("", "--extra gpu")
    assert any(it.startswith("tensorflow[and-cuda]") for it in EXTRAS["gpu"])


def test_both_are_of_the_same_version() -> None:
    pinned = dict(it.split("==") for it in CONSTRAINTS if "==" in it)
    assert pinned["tensorflow-cpu"] == pinned["tensorflow"]


def test_the_slim_image_is_never_told_of_tensorflow() -> None:
    _, body = STAGES["without-tensorflow"]
    assert "UV_EXCLUDE=/src/excluded.txt" in body
    assert "WORKDIR /src" in body
    assert "echo tensorflow > excluded.txt" in body
    assert STAGES["build-slim"][0] == "without-tensorflow"
    assert "tensorflow" not in STAGES["build-slim"][1]


def test_both_images_differ_in_what_is_installed_alone() -> None:
    """And what is built without a target is the one with TensorFlow."""
    assert list(STAGES)[-1] == "default"
    taken = "COPY --from={} /opt/venv /opt/venv"
    for name, source in (("slim", "build-slim"), ("default", "build")):
        base, body = STAGES[name]
        assert (base, body.strip()) == ("service", taken.format(source))


def test_what_serves_has_both_engines_for_who_installs_it_by_pip() -> None:
    names = {re.split(r"[<>=;]", it)[0] for it in EXTRAS["serve"]}
    assert {"tensorflow", "openvino"} <= names
