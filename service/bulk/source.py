"""What a SOURCE names: the pictures in a folder, of a glob, or of a list, always in one order."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from service.bulk.globs import find_named
from service.bulk.storage import FileSystem, address, beside, locate
from service.errors import BulkError
from service.pictures import folders
from service.pictures.folders import LeftOut
from service.pictures.names import meant

FIELD = "path"  # of a list


def find_pictures(source: str, left_out: LeftOut | None = None) -> Iterator[str]:
    """The absolute path or the URL of each picture, one by one, each once.

    Of a folder, the pictures at any depth, sorted; of a glob, the files that it names; of a list,
    ``.parquet`` or ``.jsonl``, its ``path``s, in their order, relative ones beside the list. Paths
    in a list may be written as ``service.pictures.names`` does, as in the output of a run.

    Raises:
        BulkError: the source is missing, cannot be read, or is no such list.
    """
    try:
        yield from _found(*locate(source), source, left_out or LeftOut())
    except OSError as error:
        raise BulkError(f"{source}: {error.strerror or error}") from error
    except (pa.ArrowInvalid, KeyError) as error:
        raise BulkError(f"{source}: is no Parquet file with a column `{FIELD}`") from error


def _found(files: FileSystem, name: str, source: str, left_out: LeftOut) -> Iterator[str]:
    if files.isdir(name):
        return (address(files, it) for it in _in_folder(files, name, left_out))
    if name.endswith((".parquet", ".jsonl")):
        return _listed(files, name, source)
    return (address(files, it) for it in find_named(files, name, left_out))


def _in_folder(files: FileSystem, folder: str, left_out: LeftOut) -> Iterator[str]:
    """Raises an ``OSError`` if it cannot be listed; one inside that cannot is given as it is."""
    if isinstance(files, LocalFileSystem):
        os.scandir(folder).close()
        return map(str, folders.find_pictures(Path(folder), left_out))
    return _walk(files, files.ls(folder, detail=True), left_out)


def _walk(files: FileSystem, entries: list[dict[str, Any]], left_out: LeftOut) -> Iterator[str]:
    """What ``folders`` does, where fsspec knows files and folders and no links."""
    for entry in sorted(entries, key=lambda entry: str(entry["name"])):
        path, is_folder = PurePosixPath(entry["name"]), entry["type"] == "directory"
        if not (is_folder or folders.is_picture(path)):
            continue
        if folders.is_hidden(path.name):
            left_out.add(address(files, entry["name"]))
        elif is_folder:
            yield from _inside(files, entry["name"], left_out)
        else:
            yield entry["name"]


def _inside(files: FileSystem, folder: str, left_out: LeftOut) -> Iterator[str]:
    try:
        entries = files.ls(folder, detail=True)
    except OSError:
        yield folder
    else:
        yield from _walk(files, entries, left_out)


def _listed(files: FileSystem, name: str, source: str) -> Iterator[str]:
    read = _parquet_rows if name.endswith(".parquet") else _json_rows
    with files.open(name, "rb") as stream:
        paths = (_checked(path, source, number) for number, path in enumerate(read(stream), 1))
        yield from _once(beside(files, name, meant(path)) for path in paths)


def _parquet_rows(stream: Any) -> Iterator[object]:
    for batch in pq.ParquetFile(stream).iter_batches(columns=[FIELD]):
        for path in batch[FIELD].to_pylist():
            yield os.fsdecode(path) if isinstance(path, bytes) else path


def _json_rows(stream: Iterable[bytes]) -> Iterator[object]:
    for line in filter(bytes.strip, stream):
        try:
            yield json.loads(line.decode("utf-8-sig", "surrogateescape"))[FIELD]
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
