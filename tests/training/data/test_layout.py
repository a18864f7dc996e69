"""The folders of a data set by their usual names, and what is said where they are missing."""

from pathlib import Path

import pytest

from training.data.layout import CLASSES, SPLITS, class_folder, find_root, has_split
from training.errors import DataError


def make(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True, exist_ok=True)
    return root


@pytest.mark.parametrize(
    ("name", "split", "label"),
    [
        ("train/real", "train", "real"),
        ("Train/Real", "train", "real"),
        ("test/REAL", "test", "real"),
        ("val/fake", "valid", "fake"),
        ("Validation/Fake", "valid", "fake"),
        ("training/fakes", "train", "fake"),
        ("training_real", "train", "real"),
        ("Test-Fake", "test", "fake"),
        ("valid fake", "valid", "fake"),
        ("test/0_real", "test", "real"),
        ("test/1_fake", "test", "fake"),
    ],
)
def test_a_class_is_found_by_its_usual_names(
    tmp_path: Path, name: str, split: str, label: str
) -> None:
    make(tmp_path, name)
    assert find_root(tmp_path) == tmp_path
    assert has_split(tmp_path, split)
    assert class_folder(tmp_path, split, label) == tmp_path / name


def test_no_name_stands_for_two_things() -> None:
    splits = [name for names in SPLITS.values() for name in names]
    classes = [name for names in CLASSES.values() for name in names]
    assert len(set(splits)) == len(splits)
    assert len(set(classes)) == len(classes)


def test_the_root_may_be_nested_but_not_hidden(tmp_path: Path) -> None:
    make(tmp_path, "__MACOSX/Train/Real", ".cache/train/real", "real-vs-fake/Train/Real", "x")
    assert find_root(tmp_path) == tmp_path / "real-vs-fake"


def test_two_nested_roots_are_not_guessed_between(tmp_path: Path) -> None:
    make(tmp_path, "old/train/real", "new/train/real")
    with pytest.raises(DataError, match=r"new and .*old: which holds the splits\?"):
        find_root(tmp_path)
    make(tmp_path, "Train")
    assert find_root(tmp_path) == tmp_path


def test_what_was_found_instead_is_said(tmp_path: Path) -> None:
    make(tmp_path, "faces", "swaps", ".git")
    (tmp_path / "readme.txt").write_text("")
    with pytest.raises(DataError) as error:
        find_root(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: holds no train, valid or test folder, nor does a folder in it; "
        "there is faces/, readme.txt, swaps/"
    )


def test_of_many_the_first_are_said(tmp_path: Path) -> None:
    make(tmp_path, *(f"f{number:02}" for number in range(1, 15)))
    with pytest.raises(DataError, match=r"there is f01/, .*, f10/ and 4 more$"):
        find_root(tmp_path)


def test_a_class_that_is_missing_is_said_with_what_is_there(tmp_path: Path) -> None:
    make(tmp_path, "Train/Real", "Train/Swapped")
    with pytest.raises(DataError, match=r"Train/fake: no such folder; there is Real/, Swapped/"):
        class_folder(tmp_path, "train", "fake")


def test_a_split_that_is_missing_is_said_with_what_is_there(tmp_path: Path) -> None:
    make(tmp_path, "training_real", "training_fake")
    assert not has_split(tmp_path, "valid")
    with pytest.raises(
        DataError, match=r"/valid: no such folder; there is training_fake/, training_real/"
    ):
        class_folder(tmp_path, "valid", "real")


@pytest.mark.parametrize("names", [("train/real", "Train/Real"), ("val/real", "valid/Real")])
def test_two_folders_of_one_class_are_not_guessed_between(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    make(tmp_path, *names)
    split = "train" if "train" in names[0] else "valid"
    with pytest.raises(DataError, match=f"which holds the real pictures of {split}"):
        class_folder(tmp_path, split, "real")


def test_a_folder_of_a_splits_name_without_classes_does_no_harm(tmp_path: Path) -> None:
    make(tmp_path, "train/real", "training/logs")
    assert class_folder(tmp_path, "train", "real") == tmp_path / "train/real"


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name, reason in (("absent", "no such folder"), ("file", "Not a directory")):
        with pytest.raises(DataError, match=f"{name}: {reason}"):
            find_root(tmp_path / name)
