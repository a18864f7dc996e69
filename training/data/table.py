"""A data set's own tables: ``files.csv`` of its pictures, ``sources.csv`` of where they come from.

A row each, under names of columns. In ``files.csv``, ``file`` is a picture's path in the folder and
``group`` says which pictures were made of one: a fake and a real one of a group are twins. In
``sources.csv``, ``source`` is what stands before ``__`` in a picture's name and ``family`` says
which sources of fakes were made in one way. Both are read as spreadsheets save them: with a
byte-order mark, in UTF-16, with ``;`` or tabs between cells, with the other system's slashes, with
blanks around a cell.
"""

import codecs
import csv
import io
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from service.pictures.folders import read
from training.errors import DataError

FILES, FILE, GROUP = "files.csv", "file", "group"
SOURCES, SOURCE, FAMILY = "sources.csv", "source", "family"
_DELIMITERS = ",;\t|"

Row = dict[str, str]  # by the column's name in lower case


class Table:
    """Rows by what stands in the column ``key``; none where there is no file, or no such column."""

    def __init__(self, path: Path, key: str) -> None:
        """Read it.

        Raises:
            DataError: it cannot be read.
        """
        self.path = path
        self.exists = os.path.lexists(path)
        self.columns, self._rows = _read(path, key) if self.exists else ([], {})

    def row(self, name: str) -> Row:
        """Of what has that name; empty where it has none."""
        return self._rows.get(_key(name), {})

    def unknown(self, names: Iterable[str]) -> list[str]:
        """What rows are of that is none of the ``names``."""
        return list(self._rows.keys() - map(_key, names))


def files_table(root: Path) -> Table:
    """That of a data set's pictures, by their paths in its folder ``root``.

    Raises:
        DataError: it cannot be read.
    """
    return Table(root / FILES, FILE)


def sources_table(root: Path) -> Table:
    """That of a data set's sources, by their names.

    Raises:
        DataError: it cannot be read.
    """
    return Table(root / SOURCES, SOURCE)


def _read(path: Path, key: str) -> tuple[list[str], dict[str, Row]]:
    try:
        text = _text(read(path))
        columns, *rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text, key))
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    except csv.Error as error:
        raise DataError(f"{path}: {error}") from error
    except ValueError:  # it is empty
        return [], {}
    columns = [column.strip().lower() for column in columns]
    found = [dict(zip(columns, map(str.strip, row), strict=False)) for row in rows]
    return columns, {_key(row[key]): row for row in found if row.get(key)}


def _text(data: bytes) -> str:
    """Without a byte-order mark, and the line ``sep=;`` by which Excel is told what it opens."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if wide else "utf-8-sig", "surrogateescape")
    return text.partition("\n")[2] if text.startswith("sep=") else text


def _delimiter(text: str, key: str) -> str:
    """What makes a column ``key`` of the first line."""
    header, _, _ = text.partition("\n")
    for delimiter in _DELIMITERS:
        if key in (name.strip('" \r').lower() for name in header.split(delimiter)):
            return delimiter
    return _DELIMITERS[0]


def _key(name: str) -> str:
    """Of one spelling: macOS takes letters and their accents apart, Windows has backslashes."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/").removeprefix("./"))
