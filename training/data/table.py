"""A data set's own table of its pictures, ``files.csv``: a row each, under names of columns.

``file`` is the picture's path in the folder. ``group`` says which pictures were made of one: a
fake and a real one of a group are twins. It is read as spreadsheets save it: with a byte-order
mark, with ``;`` or tabs between cells, with the other system's slashes.
"""

import csv
import io
import unicodedata
from pathlib import Path

from training.errors import DataError

NAME = "files.csv"
FILE, GROUP = "file", "group"
_DELIMITERS = ",;\t|"

Row = dict[str, str]  # by the column's name in lower case


class FilesTable:
    """The rows, by picture; none where there is no table, or one without the column ``file``."""

    def __init__(self, root: Path) -> None:
        """Read that of a data set.

        Raises:
            DataError: it cannot be read.
        """
        self.path = root / NAME
        self.columns, self._rows = _read(self.path) if self.path.is_file() else ([], {})

    def row(self, picture: str) -> Row:
        """Of the picture at that path in the folder; empty where it has none."""
        return self._rows.get(_key(picture), {})


def _read(path: Path) -> tuple[list[str], dict[str, Row]]:
    try:
        text = path.read_text("utf-8-sig", "surrogateescape")
        columns, *rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    except (OSError, csv.Error) as error:
        raise DataError(f"{path}: {error}") from error
    except ValueError:  # it is empty
        return [], {}
    columns = [column.strip().lower() for column in columns]
    found = [dict(zip(columns, row, strict=False)) for row in rows]
    return columns, {_key(row[FILE]): row for row in found if row.get(FILE)}


def _delimiter(text: str) -> str:
    """What makes a column ``file`` of the first line."""
    header, _, _ = text.partition("\n")
    for delimiter in _DELIMITERS:
        if FILE in (name.strip('" \r').lower() for name in header.split(delimiter)):
            return delimiter
    return _DELIMITERS[0]


def _key(picture: str) -> str:
    """Of one spelling: macOS takes letters and their accents apart, Windows has backslashes."""
    return unicodedata.normalize("NFC", picture.replace("\\", "/").removeprefix("./"))
