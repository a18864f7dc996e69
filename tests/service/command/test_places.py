"""Paths as they are typed, from whatever folder."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.pictures import PORTRAIT
from tests.programs import run

pytestmark = pytest.mark.usefixtures("toy_served")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with a picture, and nothing else."""
    (folder := tmp_path / "home").mkdir()
    PORTRAIT.save(folder / "face.png")
    return folder


def deepfake(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("deepfake", *arguments, cwd=home, environment={"HOME": str(home)})


def test_pictures_are_scored_from_any_folder_and_a_tilde_is_the_home_folder(home: Path) -> None:
    (home / "~face.png").write_bytes((home / "face.png").read_bytes())
    paths = ("face.png", "~/face.png", "~face.png")
    done = deepfake(home, "predict", *paths, "--format", "json", "--output=~/scores.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    scored = json.loads((home / "scores.json").read_text())
    assert [it["path"] for it in scored] == ["face.png", str(home / "face.png"), "~face.png"]
    assert len({it["image"]["sha256"] for it in scored}) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", ""),
        ("predict", "face.png", ""),
        ("predict", "face.png", "--output", ""),
        ("bulk", "", "--output", "scores"),
        ("bulk", "face.png", "--output", ""),
    ],
)
def test_an_empty_path_is_an_error(arguments: tuple[str, ...], home: Path) -> None:
    done = deepfake(home, *arguments)
    assert done.returncode == 2
    assert "an empty path names nothing" in done.stderr
    assert [path.name for path in home.iterdir()] == ["face.png"]


def test_a_collection_may_lie_in_the_home_folder(home: Path) -> None:
    done = deepfake(home, "bulk", "~/nothing", "--output", "~/scores")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {home}/nothing: ")
    assert (home / "scores").is_dir()
