"""What is odd about a data set is told before it is used."""

import os
import shutil
from pathlib import Path

import pytest

from tests.pictures import write_dataset
from training.data.survey import survey
from training.errors import DataError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "data", train=3, other=2)


def said(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    survey(root, ("train", "valid"))
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def copy(root: Path, one: str, other: str) -> None:
    shutil.copy(root / one, root / other)


def test_of_a_good_data_set_it_says_what_there_is(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(root, capsys) == ["14 pictures of 2 sources"]


@pytest.mark.parametrize("empty", ["train/real", "valid/fake"])
def test_a_class_that_is_needed_and_empty_is_an_error(root: Path, empty: str) -> None:
    shutil.rmtree(root / empty)
    (root / empty).mkdir()
    with pytest.raises(DataError, match=f"{empty}: holds no picture"):
        survey(root, ("train", "valid"))


def test_a_class_of_files_that_are_none_is_an_error(root: Path) -> None:
    for path in (root / "valid/fake").iterdir():
        path.unlink()
    (root / "valid/fake/gone.png").symlink_to("absent")
    (root / "valid/fake/empty.png").touch()
    with pytest.raises(DataError, match=r"valid/fake: no picture in it can be read"):
        survey(root, ("train", "valid"))


def test_a_split_that_will_be_needed_later_is_a_warning(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(root / "test/fake")
    assert said(root, capsys)[0] == (f"warning: {root}/test/fake: no such folder; there is real/")
    shutil.rmtree(root / "test")
    assert said(root, capsys) == ["10 pictures of 2 sources"], "one may do without it"


def test_many_sources_of_a_handful_are_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, path in enumerate(sorted(root.rglob("*.png"))):
        path.rename(path.with_name(f"{number:02}_07__walking__{number}.png"))
    lines = said(root, capsys)
    assert lines[0] == "14 pictures of 14 sources"
    assert lines[1] == (
        "warning: 14 sources hold fewer than 10 pictures, such as 07_07: "
        "is what stands before __ in a name the collection it comes from?"
    )


def test_a_picture_in_two_splits_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(root, "train/real/left__1.png", "test/real/copy.png")
    copy(root, "train/real/right__2.png", "valid/real/copy.png")
    copy(root, "train/fake/left__1.png", "train/fake/copy.png")
    assert said(root, capsys)[1:] == [
        "warning: 2 pictures are in more than one split, such as "
        "train/real/left__1.png and test/real/copy.png"
    ]


def test_a_picture_in_both_classes_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy(root, "train/real/left__1.png", "train/fake/copy.png")
    assert said(root, capsys)[1:] == [
        "warning: 1 pictures are both real and fake, such as "
        "train/real/left__1.png and train/fake/copy.png"
    ]


def test_pictures_of_one_size_are_not_copies(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "train/real/left__1.png").write_bytes(b"0123")
    (root / "test/fake/left__1.png").write_bytes(b"4567")
    assert len(said(root, capsys)) == 1


def test_a_table_that_tells_nothing_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "files.csv").write_text("name,group\na.jpg,7\n")
    assert said(root, capsys)[1:] == [
        "warning: files.csv has no columns file and group, so that no twins are known"
    ]
    (root / "files.csv").write_text("file,group\nelsewhere/a.jpg,7\n")
    assert said(root, capsys)[1:] == [
        "warning: files.csv names none of the pictures, such as train/real/left__1.png"
    ]
    (root / "files.csv").write_text("file;group\ntrain\\real\\left__1.png;7\n")
    assert said(root, capsys)[1:] == []
    (root / "files.csv").write_text("file,group\ntrain/real/left__1.png,7\na.jpg,7\nb.jpg,8\n")
    assert said(root, capsys)[1:] == [
        "warning: 2 rows of files.csv name none of the pictures, such as a.jpg"
    ]


def test_so_is_a_table_of_sources(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "sources.csv").write_text("name,family\nleft,swaps\n")
    assert said(root, capsys)[1:] == [
        "warning: sources.csv has no columns source and family, so that no families are known"
    ]
    (root / "sources.csv").write_text("source,family\nmiddle,swaps\n")
    assert said(root, capsys)[1:] == [
        "warning: sources.csv names none of the sources, such as left"
    ]
    name = os.fsdecode(b"caf\xe9")
    copy(root, "train/real/left__1.png", f"train/real/{name}__1.png")
    (root / "sources.csv").write_bytes(b"source,family\nleft,swaps\ncaf\xe9,swaps\n")
    assert said(root, capsys)[1:] == []


def test_what_cannot_be_read_does_not_stop_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "train/real/gone.jpg").symlink_to("absent")
    os.mkfifo(root / "train/real/pipe.jpg")
    os.mkfifo(root / "test/fake/pipe.jpg")
    assert said(root, capsys)[0] == "17 pictures of 3 sources"


def test_names_are_told_as_a_terminal_can_say_them(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(root, "train/real/left__1.png", f"test/real/{os.fsdecode(bytes([255, 27]))}.png")
    assert said(root, capsys)[1].endswith(r"and test/real/\xff\x1b.png")
