"""A folder, and which pictures are found in it."""

from pathlib import Path

import pytest

from service.pictures.folders import LeftOut, find_pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def put(folder: Path, *names: str) -> None:
    """Files that hold their own name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def found(folder: Path, left_out: LeftOut | None = None) -> list[str]:
    return [str(path.relative_to(folder)) for path in find_pictures(folder, left_out)]
