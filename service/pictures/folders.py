"""Which files of a folder are its pictures, and how a file is read: as people's disks are.

Links are followed, each folder is searched once, and what cannot be listed is given as it is, so
that it ends as an error rather than as nothing. Hidden files, and what systems and programs put
beside pictures for themselves, are left out unless they are named.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from service.pictures import suffixes
from service.pictures.names import shown

MOST = 1 << 30  # bytes; more than twice what the largest picture that is decoded takes uncompressed

# Made by macOS in ZIP files and on servers, by Synology, QNAP and NetApp, by Windows and by ext4.
_MADE_BY_SYSTEMS = frozenset(
    (
        *("__macosx", "network trash folder", "temporary items", "@eadir", "#recycle", "#snapshot"),
        *("@recycle", "@recently-snapshot", "~snapshot", "$recycle.bin", "recycler"),
        *("system volume information", "lost+found"),
    )
)


@dataclass(slots=True)
class LeftOut:
    """How many files and folders were left out, and one of them."""

    count: int = 0
    example: str = ""

    def add(self, path: str | Path) -> None:
        """Count one more."""
        self.count += 1
        self.example = self.example or str(path)

    def __str__(self) -> str:
        """A line for a person."""
        return f"Left out as hidden: {self.count:,}, such as {shown(self.example)}"


def is_picture(path: PurePath) -> bool:
    """Whether it is called like one; what it is, its content tells."""
    return path.suffix.lower() in suffixes.ALL


def is_hidden(name: str) -> bool:
    """Whether a file or folder of that name is left out: ``._x.jpg``, ``__MACOSX``, …"""
    return name.startswith(".") or name.lower() in _MADE_BY_SYSTEMS


def find_pictures(folder: Path, left_out: LeftOut | None = None) -> Iterator[Path]:
    """The pictures in a folder at any depth, sorted, and the folders in it that cannot be listed.

    A folder is listed when its turn comes, not before. Of what is none, that itself.
    """
    return Search(left_out or LeftOut()).of(folder)


def read(path: Path, most: int = -1) -> bytes:
    """A file's bytes; no more than ``most`` if that is not negative.

    Raises:
        OSError: it cannot be read, for the reason ``strerror``: among them that it is a folder, or
            a pipe or a device, which might never end, or larger than any picture.
    """
    found = path.stat()
    mode = found.st_mode
    if stat.S_ISDIR(mode):
        os.scandir(path).close()
        raise IsADirectoryError(errno.EISDIR, "This is a folder.", str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "This is a pipe, a socket or a device, no file.", str(path))
    if most < 0 and found.st_size > MOST:
        raise OSError(errno.EFBIG, f"The file is larger than {MOST:,} bytes.", str(path))
    with path.open("rb") as stream:
        return stream.read(most)


def _any(_: Path) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Found:
    """A file or a folder: how it was reached, and where it really is."""

    path: Path
    is_folder: bool
    real: Path


@dataclass(slots=True)
class Search:
    """One search of a folder: for which files, in which of its folders, but for which names."""

    left_out: LeftOut
    wanted: Callable[[Path], bool] = is_picture
    entered: Callable[[Path], bool] = _any
    hidden: Callable[[str], bool] = is_hidden
    _walked: set[Path] = field(default_factory=set)

    def of(self, folder: Path) -> Iterator[Path]:
        """Search it, as ``find_pictures`` says."""
        top = _Found(folder, True, Path(os.path.realpath(folder)))
        waiting = [top]
        while waiting:
            found = waiting.pop()
            if not found.is_folder:
                yield found.path
            elif found.real not in self._walked:
                self._walked.add(found.real)
                try:
                    listed = _listed(found)
                except OSError:
                    yield found.path
                else:
                    waiting.extend(reversed([it for it in listed if self._takes(it, top)]))

    def _takes(self, found: _Found, top: _Found) -> bool:
        if not (self.entered if found.is_folder else self.wanted)(found.path):
            return False
        if self.hidden(found.path.name):
            self.left_out.add(found.path)
            return False
        return not (found.is_folder and self._comes_by_its_own_name(found, top))

    def _comes_by_its_own_name(self, found: _Found, top: _Found) -> bool:
        """Whether it is a link to a folder that is searched anyway."""
        if not found.real.is_relative_to(top.real):
            return False
        inside = found.real.relative_to(top.real)
        own = top.path / inside
        if own == found.path:
            return False
        on_the_way = [own, *own.parents][: len(inside.parts)]
        return not any(map(self.hidden, inside.parts)) and all(map(self.entered, on_the_way))


def _listed(folder: _Found) -> list[_Found]:
    with os.scandir(folder.path) as entries:
        found = [_look_at(entry, folder) for entry in entries]
    return sorted(found, key=lambda it: it.path.name)


def _look_at(entry: "os.DirEntry[str]", folder: _Found) -> _Found:
    path, real = folder.path / entry.name, folder.real / entry.name
    if not entry.is_symlink():
        return _Found(path, entry.is_dir(), real)
    try:
        is_folder = stat.S_ISDIR(entry.stat().st_mode)
    except OSError:  # it leads nowhere; unless it is called like a file, it may have been to one
        return _Found(path, not path.suffix, real)
    return _Found(path, is_folder, Path(os.path.realpath(path)))
