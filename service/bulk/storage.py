"""Where pictures, lists and parts lie: local folders, and what fsspec knows by its URL."""

import posixpath
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from service.errors import BodyTooLarge, BulkError
from service.pictures import folders

FileSystem = Any  # fsspec has no types


def locate(place: str) -> tuple[FileSystem, str]:
    """The file system of a path or URL, and the place's name in it.

    Raises:
        BulkError: the URL's scheme is unknown, or needs a package that is not installed.
    """
    if "://" not in place:
        return LocalFileSystem(), Path(place).absolute().as_posix()
    try:
        files, name = fsspec.core.url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise BulkError(f"{place}: {error}") from error
    return files, name


def address(files: FileSystem, name: str) -> str:
    """What ``locate`` finds ``name`` by: an absolute path, or a URL."""
    if isinstance(files, LocalFileSystem):
        return name
    return str(files.unstrip_protocol(name))


def beside(files: FileSystem, name: str, other: str) -> str:
    """The address of ``other``, which a file called ``name`` speaks of."""
    if "://" in other:
        return other
    return address(files, posixpath.join(files._parent(name), other))


def read(place: str, limit: int) -> bytes:
    """All of a file.

    Raises:
        BodyTooLarge: it has more than ``limit`` bytes.
        Exception: it cannot be read; each file system has its own.
    """
    files, name = locate(place)
    if isinstance(files, LocalFileSystem):
        data = folders.read(Path(name), limit + 1)
    else:
        with files.open(name, "rb") as stream:
            data = stream.read(limit + 1)
    if len(data) > limit:
        raise BodyTooLarge(f"The file is larger than {limit:,} bytes.")
    return data
