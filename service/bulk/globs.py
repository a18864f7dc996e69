"""What a glob names: files; as in a shell, hidden ones only where the glob says so."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath, PurePosixPath
from typing import Self

from fsspec.core import has_magic
from fsspec.implementations.local import LocalFileSystem
from fsspec.utils import glob_translate

from service.bulk.storage import FileSystem, address
from service.errors import BulkError
from service.pictures.folders import LeftOut, Search, is_hidden

ANY_DEPTH = "**"


def find_named(files: FileSystem, pattern: str, left_out: LeftOut) -> Iterable[str]:
    """The names of the files that ``pattern`` stands for, sorted; its own, if there is such a file.

    Raises:
        BulkError: it is no pattern.
        OSError: the folder that it begins with cannot be listed.
    """
    if isinstance(files, LocalFileSystem):
        if Path(pattern).exists():
            return [pattern]
        return map(str, _Glob.of(pattern).search(left_out))
    glob, found = _Glob.of(pattern), files.glob(pattern, detail=True)
    named = sorted(name for name, entry in found.items() if entry["type"] != "directory")
    return _shown(files, glob, named, left_out)


@dataclass(frozen=True, slots=True)
class _Glob:
    """The folder that a pattern begins with, the parts of it below, and what matches it whole."""

    top: PurePosixPath
    parts: tuple[str, ...]
    whole: re.Pattern[str]

    @classmethod
    def of(cls, pattern: str) -> Self:
        parts = PurePosixPath(pattern).parts
        fixed = next((n for n, part in enumerate(parts) if has_magic(part)), len(parts))
        try:
            whole = re.compile(glob_translate(pattern))
        except ValueError as error:
            raise BulkError(f"{pattern}: {error}") from error
        return cls(PurePosixPath(*parts[:fixed]), parts[fixed:], whole)

    def search(self, left_out: LeftOut) -> Iterator[Path]:
        """On this machine, where links are followed and folders may be closed."""
        try:
            os.scandir(self.top).close()
        except (FileNotFoundError, NotADirectoryError):
            return iter(())
        return Search(left_out, self.wants, self.enters, self.hides).of(Path(self.top))

    def wants(self, path: PurePath) -> bool:
        return bool(self.whole.match(str(path)))

    def enters(self, folder: PurePath) -> bool:
        """Whether something in it may match."""
        steps = folder.relative_to(self.top).parts
        for step, part in zip(steps, self.parts, strict=False):
            if part == ANY_DEPTH:
                return True
            if not fnmatchcase(step, part):
                return False
        return len(steps) < len(self.parts)

    def hides(self, name: str) -> bool:
        return is_hidden(name) and not any(map(is_hidden, self.parts))


def _shown(
    files: FileSystem, glob: _Glob, names: Iterable[str], left_out: LeftOut
) -> Iterator[str]:
    for name in names:
        if any(map(glob.hides, PurePosixPath(name).relative_to(glob.top).parts)):
            left_out.add(address(files, name))
        else:
            yield name
