"""A folder of pictures: its layouts, its label order, and what is wrong with it."""

import os
import shutil
from pathlib import Path

import pytest

from service.pictures.folders import LeftOut
from tests.pictures import smooth, write_dataset
from training.data.samples import LABELS, Sample, every_sample, find_samples
from training.errors import DataError


def test_real_is_zero_and_fake_is_one(dataset: Path) -> None:
    assert LABELS == ("real", "fake")
    for sample in find_samples(dataset, "train"):
        assert sample.path.parent.name == LABELS[sample.label]


def test_every_picture_is_found_once_and_in_the_same_order(dataset: Path) -> None:
    samples = find_samples(dataset, "train")
    assert len({sample.path for sample in samples}) == len(samples) == 160
    assert samples == find_samples(dataset, "train")


def test_val_is_valid(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=1, other=2, valid="val")
    assert len(find_samples(root, "valid")) == 4


def test_a_data_set_nested_one_level_deep_is_found(tmp_path: Path) -> None:
    write_dataset(tmp_path / "real_vs_fake" / "real-vs-fake", train=3, other=1)
    assert len(find_samples(tmp_path / "real_vs_fake", "train")) == 6


@pytest.mark.parametrize("name", ["a.JPG", "b.jpeg", "c.Png", "d.webp", "e.bmp", "f.gif", "g.tiff"])
def test_common_formats_are_found_in_any_case(tmp_path: Path, name: str) -> None:
    root = write_dataset(tmp_path, train=1, other=1)
    smooth(0).save(root / "train" / "fake" / name)
    assert name in {sample.path.name for sample in find_samples(root, "train")}


@pytest.mark.parametrize("name", ["a.jfif", "b.jpe", "c.MPO", "d.apng", "album.jpg/e.png"])
def test_so_are_rarer_ones(tmp_path: Path, name: str) -> None:
    root = write_dataset(tmp_path, train=1, other=1)
    (root / "train" / "fake" / name).parent.mkdir(exist_ok=True)
    (root / "train" / "fake" / name).write_bytes(b"")
    assert len(find_samples(root, "train")) == 3


def test_upper_case_is_no_other_layout(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=2, other=1, valid="validation")
    (root / "train").rename(root / "Train")
    (root / "Train" / "real").rename(root / "Train" / "REAL")
    (root / "files.csv").write_text("file,group\nTrain/REAL/right__0.png,7\n")
    samples = find_samples(root, "train")
    assert [sample.label for sample in samples] == [0, 0, 1, 1]
    assert [sample.group for sample in samples] == ["", "7", "", ""]
    assert len(find_samples(root, "valid")) == 2


def test_hidden_files_are_no_pictures(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=1, other=1)
    for name in ("._right__0.png", ".ipynb_checkpoints/right__0-checkpoint.png", "__MACOSX/a.png"):
        (root / "train" / "real" / name).parent.mkdir(exist_ok=True)
        (root / "train" / "real" / name).write_bytes(b"")
    left_out = LeftOut()
    assert len(find_samples(root, "train", left_out)) == 2
    assert left_out.count == 3


def test_a_linked_folder_is_part_of_its_class(tmp_path: Path) -> None:
    root = write_dataset(tmp_path / "data", train=1, other=1)
    more = write_dataset(tmp_path / "more", train=2, other=1)
    (root / "train" / "real" / "more").symlink_to(more / "train" / "real")
    assert len(find_samples(root, "train")) == 4


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=1, other=1)
    (root / "train" / "fake" / "notes.txt").write_text("no picture")
    assert len(find_samples(root, "train")) == 2


@pytest.mark.parametrize(
    ("name", "source"),
    [
        *(("dfdc__3fa9.jpg", "dfdc"), ("a__b__c.jpg", "a")),
        *(("photo_1.jpg", "all"), ("1.jpg", "all")),
        (os.fsdecode(b"caf\xe9__1.jpg"), r"caf\xe9"),
    ],
)
def test_the_source_is_the_name_up_to_the_double_underscore(name: str, source: str) -> None:
    assert Sample(Path("train/real") / name, 0).source == source


@pytest.mark.parametrize("missing", ["", "train", "train/fake"])
def test_a_missing_folder_is_named(tmp_path: Path, missing: str) -> None:
    root = write_dataset(tmp_path / "data", train=1, other=1)
    shutil.rmtree(root / missing)
    with pytest.raises(DataError, match=f"{root / missing}: no such folder"):
        find_samples(root, "train")


def test_a_folder_without_splits_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{tmp_path}: holds no train, valid or test folder"):
        find_samples(tmp_path, "train")


def test_an_empty_class_is_named(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=1, other=1)
    for path in (root / "train" / "real").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=f"{root}/train/real: holds no picture"):
        find_samples(root, "train")


def test_a_class_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_dataset(tmp_path, train=1, other=1)

    def scandir(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(DataError, match=f"{root}/train/real: cannot be listed"):
        find_samples(root, "train")


def test_the_group_is_what_the_table_says(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=2, other=1)
    known = find_samples(root, "train")[0].path.name
    (root / "files.csv").write_text(f"file,group\ntrain/real/{known},video 7\nelsewhere.jpg,9\n")
    groups = [sample.group for sample in find_samples(root, "train")]
    assert groups == ["video 7", "", "", ""]


@pytest.mark.parametrize("table", ["", "file,label\na.jpg,real\n", "group\n3\n"])
def test_a_table_without_groups_tells_nothing(tmp_path: Path, table: str) -> None:
    root = write_dataset(tmp_path, train=1, other=1)
    (root / "files.csv").write_text(table)
    assert {sample.group for sample in find_samples(root, "train")} == {""}


def test_the_family_is_what_the_table_of_sources_says(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=2, other=1)
    (root / "sources.csv").write_text("source,family\nright,faces\n")
    families = {sample.source: sample.family for sample in find_samples(root, "train")}
    assert families == {"left": "left", "right": "faces"}


def test_every_sample_is_of_some_split(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, train=3, other=2)
    splits = [find_samples(root, split) for split in ("train", "valid", "test")]
    assert every_sample(root) == [sample for split in splits for sample in split]
    shutil.rmtree(root / "test")
    assert every_sample(root) == [sample for split in splits[:2] for sample in split]
