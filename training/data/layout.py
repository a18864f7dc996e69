"""How a folder of pictures is laid out: ``{train,valid,test}/{real,fake}/``, by its usual names.

Upper and lower case, and what joins words, make no difference: ``Train/REAL``, ``training_real``.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from service.pictures.folders import is_hidden
from service.pictures.names import shown
from training.errors import DataError

# As ``_plain`` has them.
SPLITS = {
    "train": ("train", "training"),
    "valid": ("valid", "val", "validation", "dev"),
    "test": ("test", "testing"),
}
CLASSES = {
    "real": ("real", "reals", "0real", "original", "originals"),
    "fake": ("fake", "fakes", "1fake", "deepfake", "deepfakes"),
}
MOST_NAMED = 10


def find_root(data: Path) -> Path:
    """The folder that holds the splits: ``data`` itself, or a single folder nested in it.

    Raises:
        DataError: neither holds a folder of a split, or more than one nested folder does.
    """
    if _has_any(data):
        return data
    nested = [folder for folder in _folders(data) if _has_any(folder)]
    if len(nested) > 1:
        raise DataError(f"{nested[0]} and {nested[1]}: which holds the splits?")
    if nested:
        return nested[0]
    raise DataError(
        f"{data}: holds no train, valid or test folder, nor does a folder in it; {_inside(data)}"
    )


def _has_any(root: Path) -> bool:
    return any(has_split(root, split) for split in SPLITS)


def has_split(root: Path, split: str) -> bool:
    """Whether a folder in ``root`` is called like that split, or like a class of it."""
    names = {*SPLITS[split], *_joined(split, CLASSES)}
    return any(_plain(folder) in names for folder in _folders(root))


def class_folder(root: Path, split: str, label: str) -> Path:
    """The folder of a split's class.

    Raises:
        DataError: there is none, or more than one.
    """
    folders = _folders(root)
    splits = [folder for folder in folders if _plain(folder) in SPLITS[split]]
    inner = [folder for folder in splits for folder in _folders(folder)]
    found = [folder for folder in inner if _plain(folder) in CLASSES[label]]
    found += [folder for folder in folders if _plain(folder) in _joined(split, [label])]
    if len(found) > 1:
        raise DataError(f"{found[0]} and {found[1]}: which holds the {label} pictures of {split}?")
    if not found:
        missing, where = (splits[0] / label, splits[0]) if splits else (root / split, root)
        raise DataError(f"{missing}: no such folder; {_inside(where)}")
    return found[0]


def _joined(split: str, labels: Iterable[str]) -> set[str]:
    return {one + other for one in SPLITS[split] for label in labels for other in CLASSES[label]}


def _plain(folder: Path) -> str:
    return re.sub(r"[\W_]", "", folder.name.casefold())


def _folders(folder: Path) -> list[Path]:
    return [path for path in _listed(folder) if path.is_dir()]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not is_hidden(path.name))
    except FileNotFoundError as error:
        raise DataError(f"{folder}: no such folder") from error
    except OSError as error:
        raise DataError(f"{folder}: {error.strerror}") from error


def _inside(folder: Path) -> str:
    """What was found instead, in words."""
    names = [shown(path.name) + "/" * path.is_dir() for path in _listed(folder)]
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"there is {', '.join(names[:MOST_NAMED]) or 'nothing'}{more}"
