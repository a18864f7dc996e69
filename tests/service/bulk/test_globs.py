"""A glob names files as a shell's does, and passes over no folder in silence."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from service.bulk.globs import find_named
from service.bulk.storage import locate
from service.errors import BulkError
from service.pictures.folders import LeftOut


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for name in ("b.jpg", "a/c.jpg", "a/deep/d.jpg", "z/e.jpg", "a/notes.txt"):
        put(folder / name)
    return folder


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def named(folder: Path, pattern: str, left_out: LeftOut | None = None) -> list[str]:
    found = find_named(*locate(f"{folder}/{pattern}"), left_out or LeftOut())
    return [os.path.relpath(name, folder) for name in found]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.jpg", ["b.jpg"]),
        ("*/*.jpg", ["a/c.jpg", "z/e.jpg"]),
        ("**/*.jpg", ["a/c.jpg", "a/deep/d.jpg", "b.jpg", "z/e.jpg"]),
        ("a/**", ["a/c.jpg", "a/deep/d.jpg", "a/notes.txt"]),
        ("[az]/?.jpg", ["a/c.jpg", "z/e.jpg"]),
        ("**/deep/*", ["a/deep/d.jpg"]),
        ("b.jpg", ["b.jpg"]),
        ("a", ["a"]),
        ("absent.jpg", []),
        ("absent/*.jpg", []),
        ("b.jpg/*", []),
    ],
)
def test_a_glob_gives_the_files_that_match(folder: Path, pattern: str, names: list[str]) -> None:
    assert named(folder, pattern) == names


def test_a_name_with_brackets_is_a_name_if_there_is_such_a_file(folder: Path) -> None:
    put(folder / "b[1].jpg")
    put(folder / "b1.jpg")
    assert named(folder, "b[1].jpg") == ["b[1].jpg"]
    (folder / "b[1].jpg").unlink()
    assert named(folder, "b[1].jpg") == ["b1.jpg"]


def test_links_are_followed_and_loops_are_not(folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "disk" / "f.jpg")
    (folder / "linked").symlink_to(tmp_path / "disk")
    (folder / "a" / "again").symlink_to(folder)
    assert named(folder, "**/*.jpg") == [
        *("a/c.jpg", "a/deep/d.jpg", "b.jpg", "linked/f.jpg", "z/e.jpg")
    ]
    assert named(folder, "l*/*.jpg") == ["linked/f.jpg"]


def test_a_link_is_followed_if_its_folder_is_not_named_otherwise(folder: Path) -> None:
    (folder / "first").symlink_to("z")
    assert named(folder, "f*/*.jpg") == ["first/e.jpg"]
    assert named(folder, "*/*.jpg") == ["a/c.jpg", "z/e.jpg"]


def test_hidden_files_are_named_where_the_glob_says_so(folder: Path) -> None:
    put(folder / "._b.jpg")
    put(folder / ".thumbs" / "t.jpg")
    left_out = LeftOut()
    assert named(folder, "*.jpg", left_out) == ["b.jpg"]
    assert left_out.count == 1
    assert ".thumbs/t.jpg" not in named(folder, "**/*.jpg")
    assert named(folder, ".*.jpg") == ["._b.jpg"]
    assert named(folder, "**/.thumbs/*.jpg") == [".thumbs/t.jpg"]
    assert named(folder, ".thumbs/*.jpg") == [".thumbs/t.jpg"]


def test_a_folder_that_cannot_be_listed_is_told_if_the_glob_goes_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.scandir

    def scandir(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("/z"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert named(folder, "**/*.jpg") == ["a/c.jpg", "a/deep/d.jpg", "b.jpg", "z"]
    assert named(folder, "*/*.jpg") == ["a/c.jpg", "z"]
    assert named(folder, "*.jpg") == ["b.jpg"]
    assert named(folder, "a*/*.jpg") == ["a/c.jpg"]
    with pytest.raises(PermissionError):
        named(folder, "z/*.jpg")


def test_what_is_no_pattern_is_said(folder: Path) -> None:
    with pytest.raises(BulkError, match=r"Invalid pattern"):
        named(folder, "a**/b.jpg")


def test_elsewhere_hidden_files_are_left_out_too() -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe({f"/globs/{name}": b"" for name in ("b.jpg", "._b.jpg", "__MACOSX/c.jpg")})
    left_out = LeftOut()
    assert list(find_named(*locate("memory://globs/**/*.jpg"), left_out)) == ["/globs/b.jpg"]
    assert left_out.count == 2
    assert list(find_named(*locate("memory://globs/.*.jpg"), left_out)) == ["/globs/._b.jpg"]
