"""A folder of pictures as lists of labelled files.

Where it has a table that says so, a fake and a real one of a group are twins.
"""

from dataclasses import dataclass
from pathlib import Path

from service.pictures.folders import LeftOut, find_pictures
from service.pictures.names import shown
from training.data.layout import class_folder, find_root
from training.data.table import GROUP, FilesTable
from training.errors import DataError

LABELS = ("real", "fake")  # a label's number is its place here: real = 0, fake = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled file; ``source`` is its name up to ``__``, or ``all`` where it has none.

    It goes into tables and cards: written as ``service.pictures.names`` does.

    ``group`` is empty where it is not known.
    """

    path: Path
    label: int
    group: str = ""

    @property
    def source(self) -> str:
        """The collection that the picture comes from."""
        prefix, separator, _ = self.path.name.partition("__")
        return shown(prefix) if separator else "all"


def find_samples(data: Path, split: str, left_out: LeftOut | None = None) -> list[Sample]:
    """All pictures of a split, sorted by path, so that the order is the same on every machine.

    Folders that cannot be listed are among them: they too are told as what cannot be read.

    Raises:
        DataError: the split's or a class's folder is missing, or a class has no picture.
    """
    root = find_root(data)
    table = FilesTable(root)
    samples: list[Sample] = []
    for number, name in enumerate(LABELS):
        samples.extend(
            Sample(path, number, table.row(path.relative_to(root).as_posix()).get(GROUP, ""))
            for path in _pictures(class_folder(root, split, name), left_out)
        )
    return samples


def _pictures(folder: Path, left_out: LeftOut | None) -> list[Path]:
    files = list(find_pictures(folder, left_out))
    if not files:
        raise DataError(f"{folder}: holds no picture")
    if files == [folder]:
        raise DataError(f"{folder}: cannot be listed")
    return files
