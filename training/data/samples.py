"""A folder of pictures, ``{train,valid,test}/{real,fake}/``, as lists of labelled files.

Where it has a ``files.csv``, its columns ``file`` and ``group`` say which pictures were made of
one: a fake and a real one of a group are twins.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from service.pictures.formats import SUFFIXES
from training.errors import DataError

LABELS = ("real", "fake")  # a label's number is its place here: real = 0, fake = 1
SPLITS = {"train": ("train",), "valid": ("valid", "val"), "test": ("test",)}


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled file; ``source`` is its name up to ``__``, or ``all`` where it has none.

    ``group`` is empty where it is not known.
    """

    path: Path
    label: int
    group: str = ""

    @property
    def source(self) -> str:
        """The collection that the picture comes from."""
        prefix, separator, _ = self.path.name.partition("__")
        return prefix if separator else "all"


def find_root(data: Path) -> Path:
    """The folder that holds the splits: ``data`` itself, or a single folder nested in it.

    Raises:
        DataError: neither holds a ``train``, ``valid`` or ``test`` folder.
    """
    if not data.is_dir():
        raise DataError(f"{data}: no such folder")
    nested = [path for path in sorted(data.iterdir()) if path.is_dir()]
    for root in [data, *nested]:
        if any((root / name).is_dir() for names in SPLITS.values() for name in names):
            return root
    raise DataError(f"{data}: holds no train, valid or test folder, nor does a folder in it")


def find_samples(data: Path, split: str) -> list[Sample]:
    """All pictures of a split, sorted by path, so that the order is the same on every machine.

    Raises:
        DataError: the split's or a class's folder is missing, or a class has no picture.
    """
    root = find_root(data)
    folder = _split_folder(root, split)
    groups = _groups(root / "files.csv")
    samples: list[Sample] = []
    for number, name in enumerate(LABELS):
        files = _pictures(folder / name)
        samples.extend(
            Sample(path, number, groups.get(path.relative_to(root).as_posix(), ""))
            for path in files
        )
    return samples


def _groups(table: Path) -> dict[str, str]:
    """By path in the folder; empty where there is no such table, or one without these columns."""
    if not table.is_file():
        return {}
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["file"]: row["group"] for row in rows if {"file", "group"} <= set(row)}


def _split_folder(root: Path, split: str) -> Path:
    for name in SPLITS[split]:
        if (root / name).is_dir():
            return root / name
    raise DataError(f"{root / SPLITS[split][0]}: no such folder")


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        raise DataError(f"{folder}: holds no picture")
    return files
