"""The folder of a run: its plan, and the parts that are written. A file is whole or absent.

    _run.json             what is scored, and by which model
    _paths.parquet        the pictures; each row group is a part
    part-000000.parquet   the rows of the first part, in its order
    …

A name that begins with ``_`` or ``.`` is none of the data set's for those who read Parquet.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from service.bulk.storage import address, locate
from service.errors import BulkError

RUN, PATHS = "_run.json", "_paths.parquet"
_PART = re.compile(r"part-(\d{6,})\.parquet")


class Output:
    """The folder at a path or URL; whoever can reach it can write parts.

    ``place`` names it from whatever folder a process works in.
    """

    def __init__(self, place: str) -> None:
        self._files, self._root = locate(place)
        self.place = address(self._files, self._root)

    def prepare(self) -> None:
        """Make the folder.

        Raises:
            BulkError: it cannot be made, or holds what is no run's.
        """
        try:
            self._files.makedirs(self._root, exist_ok=True)
            known = self.has(RUN) or not self._names()
        except OSError as error:
            raise BulkError(f"{self.place}: {error.strerror or error}") from error
        if not known:
            raise BulkError(f"{self.place}: holds other files; name a new folder")

    def has(self, name: str) -> bool:
        """Whether the folder has that file."""
        return bool(self._files.exists(f"{self._root}/{name}"))

    def read(self, name: str) -> bytes:
        """All of a file."""
        return bytes(self._files.cat_file(f"{self._root}/{name}"))

    @contextmanager
    def writing(self, name: str) -> Iterator[Any]:
        """A stream that becomes the file once all is written, in the place of any former one."""
        unfinished = f"{self._root}/.{name}.{uuid.uuid4().hex}"
        try:
            with self._files.open(unfinished, "wb") as stream:
                yield stream
            self._files.mv(unfinished, f"{self._root}/{name}")
        finally:
            if self._files.exists(unfinished):
                self._files.rm(unfinished)

    def paths(self, part: int) -> list[str]:
        """The pictures of a part, as ``service.pictures.names`` writes them."""
        with self._files.open(f"{self._root}/{PATHS}", "rb") as stream:
            column = pq.ParquetFile(stream).read_row_group(part)["path"]
            return [str(path) for path in column.to_pylist()]

    def write_part(self, part: int, rows: pa.Table) -> None:
        """Write a part; whoever wrote it before wrote the same."""
        with self.writing(part_name(part)) as stream:
            pq.write_table(rows, stream)

    def written(self) -> set[int]:
        """The parts that are there."""
        matches = map(_PART.fullmatch, self._names())
        return {int(match[1]) for match in matches if match}

    def column(self, part: int, name: str) -> pa.ChunkedArray:
        """One column of a part that is there.

        A thread of Arrow's that lets go of the stream while Python ends would abort the process.
        """
        with self._files.open(f"{self._root}/{part_name(part)}", "rb") as stream:
            return pq.ParquetFile(stream, pre_buffer=False).read([name], use_threads=False)[name]

    def _names(self) -> list[str]:
        self._files.invalidate_cache(self._root)
        return [str(name).rpartition("/")[2] for name in self._files.ls(self._root, detail=False)]


def part_name(part: int) -> str:
    """The file of a part."""
    return f"part-{part:06}.parquet"
