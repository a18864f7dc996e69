"""docs/example_client.py: a folder goes in, a picture of its scores comes out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from service.web.keys import digest, new_key
from tests.conftest import ROOT, running_server
from tests.pictures import encode
from tests.toy import cooled

EXAMPLE = ROOT / "docs" / "example_client.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Faces from warm to cold, one of them deeper, and what is no picture."""
    folder = tmp_path / "photos"
    (folder / "deeper").mkdir(parents=True)
    for percent in (0, 40, 100):
        (folder / f"{percent}.jpg").write_bytes(encode(cooled(percent / 100)))
    (folder / "deeper" / "70.jpg").write_bytes(encode(cooled(0.7)))
    (folder / "notes.txt").write_text("no picture")
    return folder


def draw(
    url: str, folder: Path, picture: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLE, url, folder, picture],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_draws_what_could_be_scored_and_tells_what_could_not(
    served: str, folder: Path, tmp_path: Path
) -> None:
    done = draw(served, folder, tmp_path / "scores.png")
    assert (done.returncode, done.stdout) == (0, f"4 pictures: {tmp_path}/scores.png\n")
    assert done.stderr.startswith(f"{folder}/notes.txt: ")
    assert done.stderr.count("\n") == 1
    with Image.open(tmp_path / "scores.png") as image:
        assert image.format == "PNG"
        assert len(image.convert("RGB").getcolors(1 << 20) or []) > 3


def test_it_takes_its_key_from_the_environment(toys: Path, folder: Path, tmp_path: Path) -> None:
    key = new_key()
    with running_server(DEEPFAKE_MODEL=str(toys), DEEPFAKE_API_KEYS=digest(key)) as url:
        assert draw(url, folder, tmp_path / "scores.png", DEEPFAKE_KEY=key).returncode == 0
        done = draw(url, folder, tmp_path / "others.png", DEEPFAKE_KEY="df_another")
        assert done.returncode == 1
        assert "Unauthorized" in done.stderr
        assert not (tmp_path / "others.png").exists()
