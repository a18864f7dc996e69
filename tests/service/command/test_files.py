"""Every file and folder that is named ends as an outcome, as it is on people's disks."""

import asyncio
import os
from pathlib import Path

import pytest

from service.command.files import Outcome, find_files, score_files
from service.pictures.folders import LeftOut
from service.scoring.detector import Detector


@pytest.fixture
def folder(tmp_path: Path, face: bytes) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jfif").write_bytes(face)
    return folder


def score(detector: Detector, *paths: Path) -> list[Outcome]:
    async def all_of_them() -> list[Outcome]:
        return [it async for it in score_files(detector, find_files(paths))]

    return asyncio.run(all_of_them())


def errors(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.path.name: outcome.error for outcome in outcomes}


def test_files_come_as_they_are_named_and_folders_as_what_is_in_them(folder: Path) -> None:
    (folder / "empty").mkdir()
    paths = [folder / "notes.txt", folder, folder / "empty", folder / "a.jfif", folder / "a.jfif"]
    assert list(find_files(paths)) == [
        *(folder / "notes.txt", folder / "a.jfif", folder / "empty"),
        *(folder / "a.jfif", folder / "a.jfif"),
    ]


def test_hidden_files_come_if_they_are_named(folder: Path) -> None:
    hidden = folder / "._a.jpg"
    hidden.write_bytes(b"")
    left_out = LeftOut()
    assert list(find_files([folder], left_out)) == [folder / "a.jfif"]
    assert left_out.count == 1
    assert list(find_files([hidden], left_out)) == [hidden]
    assert left_out.count == 1


def test_odd_files_are_rows_and_the_rest_goes_on(detector: Detector, folder: Path) -> None:
    os.mkfifo(folder / "p.jpg")
    (folder / "gone.jpg").symlink_to("absent")
    (folder / "empty.jpg").mkdir()
    (folder / os.fsdecode(b"\xff.jpg")).write_bytes((folder / "a.jfif").read_bytes())
    assert errors(score(detector, folder, folder / "empty.jpg")) == {
        "a.jfif": "",
        "gone.jpg": "No such file or directory",
        "p.jpg": "This is a pipe, a socket or a device, no file.",
        os.fsdecode(b"\xff.jpg"): "",
        "empty.jpg": "The folder holds no picture.",
    }


def test_a_folder_that_cannot_be_listed_is_a_row(
    detector: Detector, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "closed").mkdir()
    whole = os.scandir

    def scandir(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    expected = {"a.jfif": "", "closed": "Permission denied"}
    assert errors(score(detector, folder)) == expected
    assert errors(score(detector, folder / "closed")) == {"closed": "Permission denied"}
