"""A folder's pictures, as folders are on people's disks: hidden files, closed doors, no files."""

import errno
import inspect
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from service.pictures import folders, formats
from service.pictures.folders import LeftOut, find_pictures, is_picture, read
from tests.conftest import ROOT
from tests.service.pictures.conftest import found, put


def test_pictures_come_at_any_depth_in_the_order_of_their_paths(folder: Path) -> None:
    put(folder, "b.jpg", "a/2.PNG", "a/10.webp", "a-b/x.jpeg", "notes.txt", "a/deep/er/z.tif")
    assert found(folder) == ["a/10.webp", "a/2.PNG", "a/deep/er/z.tif", "a-b/x.jpeg", "b.jpg"]
    assert list(find_pictures(folder)) == sorted(find_pictures(folder))


def test_a_relative_folder_gives_relative_paths(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "a/b.jpg")
    monkeypatch.chdir(folder)
    assert list(map(str, find_pictures(Path()))) == ["a/b.jpg"]
    assert list(map(str, find_pictures(Path("a")))) == ["a/b.jpg"]


def test_what_is_no_folder_is_given_as_it_is(folder: Path) -> None:
    put(folder, "notes.txt")
    for path in (folder / "notes.txt", folder / "absent"):
        assert list(find_pictures(path)) == [path]


def test_a_folder_is_listed_when_its_turn_comes(folder: Path) -> None:
    put(folder, "a.jpg", "b.jpg")
    (folder / "zzz").mkdir()
    pictures = find_pictures(folder)
    assert len(list(islice(pictures, 2))) == 2
    put(folder, "zzz/late.jpg")
    assert list(pictures) == [folder / "zzz/late.jpg"]


@pytest.mark.parametrize(
    "name", ["a.jfif", "a.jpe", "a.pjpeg", "a.jif", "a.apng", "a.mpo", "a.JFIF", "a.pjp", "a.heic"]
)
def test_every_suffix_of_a_format_that_is_read_is_a_pictures(folder: Path, name: str) -> None:
    put(folder, name)
    assert found(folder) == [name]


def test_all_suffixes_that_pillow_knows_for_these_formats_are_known() -> None:
    alike = {"MPO": "JPEG", "DIB": "BMP"}
    for suffix, name in Image.registered_extensions().items():
        assert (alike.get(name, name) in formats.FORMATS) == is_picture(Path(f"a{suffix}")), suffix


def test_a_folder_that_is_called_like_a_picture_is_searched(folder: Path) -> None:
    put(folder, "album.jpg/a.jpg")
    (folder / "empty.png").mkdir()
    assert found(folder) == ["album.jpg/a.jpg"]


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside a picture that cannot be listed, whoever asks."""
    put(folder, "b.jpg", "closed/a.jpg")
    whole = os.scandir

    def scandir(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return folder / "closed"


def test_a_folder_that_cannot_be_listed_is_told_with_the_reason(closed: Path) -> None:
    assert found(closed.parent) == ["b.jpg", "closed"]
    with pytest.raises(PermissionError, match="Permission denied"):
        read(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_of_another_users_is_told(folder: Path) -> None:
    put(folder, "b.jpg", "closed/a.jpg")
    (folder / "closed").chmod(0o700)
    script = (
        "import os, sys; from pathlib import Path; from service.pictures.folders import *;"
        "os.chdir(sys.argv[1]); os.setuid(12345); print(*find_pictures(Path()))"
    )
    command = [sys.executable, "-c", script, str(folder)]
    for parent in [folder, *folder.parents][:4]:
        parent.chmod(0o755)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "b.jpg closed\n"


HIDDEN = (
    "._a.jpg",
    ".hidden.png",
    "__MACOSX/a.jpg",
    ".thumbnails/a.jpg",
    ".ipynb_checkpoints/a-checkpoint.jpg",
    "@eaDir/a.jpg/thumb.jpg",
    "$RECYCLE.BIN/a.jpg",
    "#snapshot/monday/a.jpg",
    "@Recycle/a.jpg",
    "Temporary Items/a.jpg",
)


@pytest.mark.parametrize("name", HIDDEN)
def test_what_nobody_meant_is_left_out_unless_it_is_named(folder: Path, name: str) -> None:
    put(folder, name, "deep/" + name, "a.jpg")
    assert found(folder) == ["a.jpg"]
    top = folder / name.partition("/")[0]
    assert next(find_pictures(top)) == folder / name


def test_what_is_left_out_is_counted(folder: Path) -> None:
    put(folder, *HIDDEN, "a.jpg", ".DS_Store", "._notes.txt")
    left_out = LeftOut()
    assert found(folder, left_out) == ["a.jpg"]
    assert str(left_out) == f"Left out as hidden: {len(HIDDEN)}, such as {folder}/#snapshot"


def test_names_that_are_no_utf_8_are_found_and_read(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.jpg")
    put(folder, "a.jpg")
    (folder / name).write_bytes(b"bytes")
    assert found(folder) == ["a.jpg", name]
    assert read(folder / name) == b"bytes"


def test_a_tree_deeper_than_python_calls_is_searched(folder: Path) -> None:
    deep = folder.joinpath(*["d"] * 400)
    deep.mkdir(parents=True)
    (deep / "a.jpg").write_bytes(b"")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 200)
    try:
        pictures = list(find_pictures(folder))
    finally:
        sys.setrecursionlimit(before)
    assert pictures == [deep / "a.jpg"]


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_might_never_end_is_refused_at_once(
    folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    path = Path("p.jpg")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    assert list(find_pictures(Path())) == [path]
    with pytest.raises(OSError, match="This is a pipe, a socket or a device, no file"):
        read(path)


def test_a_file_is_read_whole_or_as_far_as_is_asked(folder: Path) -> None:
    put(folder, "12345.jpg")
    assert read(folder / "12345.jpg") == b"12345.jpg"
    assert read(folder / "12345.jpg", 5) == b"12345"


def test_a_file_larger_than_any_picture_is_not_read(folder: Path) -> None:
    with (folder / "huge.jpg").open("wb") as stream:
        stream.truncate(1 << 40)
    assert found(folder) == ["huge.jpg"]
    with pytest.raises(OSError, match="The file is larger than 1,073,741,824 bytes"):
        read(folder / "huge.jpg")
    assert read(folder / "huge.jpg", 5) == bytes(5)


def test_what_cannot_be_read_has_its_reason(folder: Path) -> None:
    for path, reason in ((folder, "This is a folder."), (folder / "absent", "No such file or dir")):
        with pytest.raises(OSError, match=reason):
            folders.read(path)
