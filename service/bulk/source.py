"""What a SOURCE names: the pictures in a folder, of a glob, or of a list, always in one order."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from service.bulk.storage import FileSystem, address, beside, locate
from service.errors import BulkError
from service.pictures.formats import SUFFIXES

FIELD = "path"  # of a list


def find_pictures(source: str) -> Iterator[str]:
    """The absolute path or the URL of each picture, one by one, each once.

    Of a folder, the pictures at any depth, sorted; of a glob, the files that it names; of a list,
    ``.parquet`` or ``.jsonl``, its ``path``s, in their order, relative ones beside the list.

    Raises:
        BulkError: the source is missing, cannot be read, or is no such list.
    """
    try:
        files, name = locate(source)
        if files.isdir(name):
            yield from (address(files, found) for found in _walk(files, name))
        elif name.endswith((".parquet", ".jsonl")):
            yield from _listed(files, name, source)
        else:
            yield from (address(files, found) for found in _named(files, name))
    except OSError as error:
        raise BulkError(f"{source}: {error.strerror or error}") from error
    except (pa.ArrowInvalid, KeyError) as error:
        raise BulkError(f"{source}: is no Parquet file with a column `{FIELD}`") from error


def _walk(files: FileSystem, folder: str) -> Iterator[str]:
    for entry in sorted(files.ls(folder, detail=True), key=lambda entry: str(entry["name"])):
        name = entry["name"]
        if entry["type"] == "directory":
            yield from _walk(files, name)
        elif name.lower().endswith(tuple(SUFFIXES)):
            yield name


def _named(files: FileSystem, pattern: str) -> list[str]:
    found = files.glob(pattern, detail=True)
    return sorted(name for name, entry in found.items() if entry["type"] != "directory")


def _listed(files: FileSystem, name: str, source: str) -> Iterator[str]:
    read = _parquet_rows if name.endswith(".parquet") else _json_rows
    with files.open(name, "rb") as stream:
        paths = (_checked(path, source, number) for number, path in enumerate(read(stream), 1))
        yield from _once(beside(files, name, path) for path in paths)


def _parquet_rows(stream: Any) -> Iterator[object]:
    for batch in pq.ParquetFile(stream).iter_batches(columns=[FIELD]):
        yield from batch[FIELD].to_pylist()


def _json_rows(stream: Iterable[bytes]) -> Iterator[object]:
    for line in filter(bytes.strip, stream):
        try:
            yield json.loads(line)[FIELD]
        except (ValueError, TypeError, KeyError):
            yield None


def _checked(path: object, source: str, number: int) -> str:
    if not isinstance(path, str) or not path:
        raise BulkError(f"{source}: row {number} has no field `{FIELD}` that is a text")
    return path


def _once(paths: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for path in paths:
        if path not in seen:
            seen.add(path)
            yield path
