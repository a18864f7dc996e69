"""A folder of pictures as lists of labelled files.

Where its tables say so, a fake and a real one of a group are twins, and sources are of a family.
"""

from dataclasses import dataclass
from pathlib import Path

from service.pictures.folders import LeftOut, find_pictures
from service.pictures.names import shown
from training.data.layout import SPLITS, class_folder, find_root, has_split
from training.data.table import FAMILY, GROUP, files_table, sources_table
from training.errors import DataError

LABELS = ("real", "fake")  # a label's number is its place here: real = 0, fake = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled file; ``source`` is its name up to ``__``, or ``all`` where it has none.

    It goes into tables and cards: written as ``service.pictures.names`` does.

    ``group`` and ``of_family`` are empty where they are not known.
    """

    path: Path
    label: int
    group: str = ""
    of_family: str = ""

    @property
    def source(self) -> str:
        """The collection that the picture comes from."""
        return shown(prefix(self.path) or "all")

    @property
    def family(self) -> str:
        """The sources that are made alike, by a name; a source of no family is one of its own."""
        return shown(self.of_family) or self.source


def find_samples(data: Path, split: str, left_out: LeftOut | None = None) -> list[Sample]:
    """All pictures of a split, sorted by path, so that the order is the same on every machine.

    Folders that cannot be listed are among them: they too are told as what cannot be read.

    Raises:
        DataError: the split's or a class's folder is missing, or a class has no picture.
    """
    root = find_root(data)
    files, sources = files_table(root), sources_table(root)

    def sample(path: Path, label: int) -> Sample:
        group = files.row(path.relative_to(root).as_posix()).get(GROUP, "")
        return Sample(path, label, group, sources.row(prefix(path)).get(FAMILY, ""))

    return [
        sample(path, number)
        for number, name in enumerate(LABELS)
        for path in _pictures(class_folder(root, split, name), left_out)
    ]


def prefix(path: Path) -> str:
    """What stands before ``__`` in a file's name, if that has it."""
    prefix, separator, _ = path.name.partition("__")
    return prefix if separator else ""


def every_sample(data: Path) -> list[Sample]:
    """All pictures of all the splits that there are.

    Raises:
        DataError: a class's folder is missing, or a class has no picture.
    """
    root = find_root(data)
    return [it for split in SPLITS if has_split(root, split) for it in find_samples(root, split)]


def _pictures(folder: Path, left_out: LeftOut | None) -> list[Path]:
    files = list(find_pictures(folder, left_out))
    if not files:
        raise DataError(f"{folder}: holds no picture")
    if files == [folder]:
        raise DataError(f"{folder}: cannot be listed")
    return files
