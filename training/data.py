"""A folder of pictures, ``{train,valid,test}/{real,fake}/``, as lists of labelled files."""

from dataclasses import dataclass
from pathlib import Path

from service.imaging import SUFFIXES
from training.errors import DataError

LABELS = ("real", "fake")  # a label's number is its place here: real = 0, fake = 1
SPLITS = {"train": ("train",), "valid": ("valid", "val"), "test": ("test",)}


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled file; ``source`` is its name up to ``__``, or ``all`` where it has none."""

    path: Path
    label: int

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
    folder = _split_folder(find_root(data), split)
    samples: list[Sample] = []
    for number, name in enumerate(LABELS):
        files = _pictures(folder / name)
        samples.extend(Sample(path, number) for path in files)
    return samples


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
