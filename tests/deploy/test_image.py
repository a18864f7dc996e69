"""Which TensorFlow is in the image: that for processors alone, unless a GPU is asked for."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
CHOICE = next(line for line in DOCKERFILE.splitlines() if line.startswith("RUN case "))
CONSTRAINTS = (ROOT / "constraints.txt").read_text().splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def chosen(extra: str, folder: Path) -> tuple[str, str]:
    """The package that is left out where these extras are asked for, and what takes its place."""
    choice = CHOICE.removeprefix("RUN ").partition("&& uv")[0]
    subprocess.run(["sh", "-ec", choice], cwd=folder, env={"EXTRA": extra}, check=True)
    return (folder / "excluded.txt").read_text(), (folder / "instead.txt").read_text()


@pytest.mark.parametrize("extra", ["c2pa heic", "", "c2pa heic tracing", "gpus"])
def test_without_a_gpu_it_is_that_for_processors(extra: str, tmp_path: Path) -> None:
    assert chosen(extra, tmp_path) == ("tensorflow\n", "tensorflow-cpu\n")


@pytest.mark.parametrize("extra", ["gpu", "c2pa heic gpu", "gpu heic"])
def test_with_a_gpu_it_is_the_one_that_the_extra_names(extra: str, tmp_path: Path) -> None:
    assert chosen(extra, tmp_path) == ("", "")
    wanted = PROJECT["optional-dependencies"]["gpu"]
    assert any(it.startswith("tensorflow[and-cuda]") for it in wanted)


def test_every_step_of_the_build_is_told_what_is_left_out() -> None:
    (environment,) = re.findall(r"^ENV .*UV_EXCLUDE=(\S+)$", DOCKERFILE, re.M)
    assert environment == "/src/excluded.txt"
    before, _, after = DOCKERFILE.partition("UV_EXCLUDE")
    assert "uv pip" not in before
    assert after.count("uv pip install") == 4


def test_both_are_of_the_same_version() -> None:
    pinned = dict(it.split("==") for it in CONSTRAINTS if "==" in it)
    assert pinned["tensorflow-cpu"] == pinned["tensorflow"]
