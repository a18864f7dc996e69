"""A source names the same pictures in the same order each time, and says what is wrong with it."""

import errno
import json
import os
from itertools import islice
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.bulk.source import find_pictures
from service.command.files import find_files
from service.errors import BulkError
from service.pictures.folders import LeftOut
from service.pictures.names import shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for name in ("b.jpg", "a/2.PNG", "a/10.webp", "a-b/x.jpeg", "notes.txt", "a/deep/er/z.tif"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def write_list(path: Path, paths: list[str]) -> str:
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"label": [1] * len(paths), "path": paths}), path)
    else:
        path.write_text("".join(json.dumps({"path": it, "label": 1}) + "\n" for it in paths))
    return str(path)


def test_a_folder_gives_its_pictures_at_any_depth_in_one_order(folder: Path) -> None:
    names = ["a-b/x.jpeg", "a/10.webp", "a/2.PNG", "a/deep/er/z.tif", "b.jpg"]
    assert sorted(find_pictures(str(folder))) == sorted(str(folder / name) for name in names)
    assert list(find_pictures(str(folder))) == list(find_pictures(str(folder)))


def test_a_folder_gives_what_predict_finds_in_it(folder: Path) -> None:
    assert set(find_pictures(str(folder))) == set(map(str, find_files([folder])))


def test_a_folder_reached_by_a_link_to_itself_is_walked_once(folder: Path) -> None:
    (folder / "a" / "again").symlink_to(folder, target_is_directory=True)
    (folder / "linked.jpg").symlink_to(folder / "b.jpg")
    found = list(find_pictures(str(folder)))
    assert len(found) == 6
    assert str(folder / "linked.jpg") in found


def test_a_folder_is_not_listed_whole_before_its_first_picture(folder: Path) -> None:
    (folder / "zzz").mkdir(mode=0o700)
    found = find_pictures(str(folder))
    assert len(list(islice(found, 2))) == 2
    (folder / "zzz" / "late.jpg").write_bytes(b"")
    assert str(folder / "zzz" / "late.jpg") in found


def test_a_glob_gives_the_files_that_it_names(folder: Path) -> None:
    assert list(find_pictures(f"{folder}/*.jpg")) == [str(folder / "b.jpg")]
    assert list(find_pictures(f"{folder}/**/*.jp*g")) == [
        str(folder / "a-b/x.jpeg"),
        str(folder / "b.jpg"),
    ]
    everything = list(find_pictures(f"{folder}/**"))
    assert len(everything) == len(set(everything)) == 6, "files, whatever they are, and no folder"


def test_a_single_picture_is_a_source(folder: Path) -> None:
    assert list(find_pictures(str(folder / "b.jpg"))) == [str(folder / "b.jpg")]


@pytest.mark.parametrize("name", ["list.jsonl", "list.parquet"])
def test_a_list_gives_its_paths_in_its_order_each_once(tmp_path: Path, name: str) -> None:
    paths = ["z.jpg", "/data/a.jpg", "s3://bucket/b.jpg", "z.jpg", "deep/no-suffix"]
    found = list(find_pictures(write_list(tmp_path / name, paths)))
    assert found == [f"{tmp_path}/z.jpg", *paths[1:3], f"{tmp_path}/deep/no-suffix"]


@pytest.mark.parametrize("line", ["{", '{"file": "a.jpg"}', '{"path": 1}', '{"path": ""}', "[1]"])
def test_a_row_without_a_path_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text(f'{{"path": "a.jpg"}}\n\n{line}\n')
    with pytest.raises(BulkError, match=r"list.jsonl: row 2 has no field `path`"):
        list(find_pictures(str(path)))


def test_a_parquet_file_without_paths_is_said(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    pq.write_table(pa.table({"file": ["a.jpg"]}), path)
    with pytest.raises(BulkError, match=r"list.parquet: .*column `path`"):
        list(find_pictures(str(path)))
    path.write_bytes(b"no Parquet")
    with pytest.raises(BulkError, match=r"list.parquet: .*no Parquet file"):
        list(find_pictures(str(path)))


def test_a_url_is_a_folder_a_glob_or_a_list_too() -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe({f"/source/{name}": b"" for name in ("b.jpg", "a/c.png", "notes.txt")})
    memory.pipe("/source/list.jsonl", b'{"path": "b.jpg"}\n{"path": "/source/a/c.png"}\n')
    assert list(find_pictures("memory://source")) == [
        "memory:///source/a/c.png",
        "memory:///source/b.jpg",
    ]
    assert list(find_pictures("memory://source/*.jpg")) == ["memory:///source/b.jpg"]
    assert list(find_pictures("memory://source/list.jsonl")) == [
        "memory:///source/b.jpg",
        "memory:///source/a/c.png",
    ]


def test_a_file_url_gives_paths(folder: Path) -> None:
    assert list(find_pictures(f"file://{folder}")) == list(find_pictures(str(folder)))


def test_what_is_not_there_names_nothing(tmp_path: Path) -> None:
    assert list(find_pictures(str(tmp_path / "absent"))) == []
    with pytest.raises(BulkError, match=r"absent.jsonl: No such file"):
        list(find_pictures(str(tmp_path / "absent.jsonl")))


@pytest.fixture
def odd(folder: Path) -> Path:
    """With a file whose name is no UTF-8 and one whose name reads like it."""
    for name in (b"caf\xe9\n.jpg", rb"caf\xe9\x0a.jpg"):
        (folder / os.fsdecode(name)).write_bytes(b"")
    return folder


def test_names_that_are_no_utf_8_are_found(odd: Path) -> None:
    names = {os.path.relpath(path, odd) for path in find_pictures(str(odd))}
    assert {os.fsdecode(b"caf\xe9\n.jpg"), r"caf\xe9\x0a.jpg"} < names
    assert set(find_pictures(f"{odd}/**/caf*")) == {
        p for p in find_pictures(str(odd)) if "caf" in p
    }


@pytest.mark.parametrize("name", ["list.jsonl", "list.parquet"])
def test_a_list_may_name_them_as_the_output_does(odd: Path, tmp_path: Path, name: str) -> None:
    found = list(find_pictures(str(odd)))
    assert list(find_pictures(write_list(tmp_path / name, list(map(shown, found))))) == found


def test_a_list_may_name_them_as_they_are(tmp_path: Path) -> None:
    place = b"photos/caf\xe9.jpg"
    pq.write_table(pa.table({"path": [place]}), tmp_path / "list.parquet")
    (tmp_path / "raw.jsonl").write_bytes(b'\xef\xbb\xbf{"path": "%s"}\n' % place)
    (tmp_path / "python.jsonl").write_text(json.dumps({"path": os.fsdecode(place)}) + "\n")
    for name in ("list.parquet", "raw.jsonl", "python.jsonl"):
        assert list(find_pictures(str(tmp_path / name))) == [
            os.fsdecode(os.fsencode(tmp_path) + b"/" + place)
        ]


def test_hidden_files_are_left_out_and_counted(folder: Path) -> None:
    for name in ("._b.jpg", "__MACOSX/._b.jpg", "a/.thumbnails/t.jpg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")
    left_out = LeftOut()
    assert len(list(find_pictures(str(folder), left_out))) == 5
    assert str(left_out).startswith("Left out as hidden: 3, such as ")
    assert list(find_pictures(str(folder / "._b.jpg"))) == [str(folder / "._b.jpg")]


def test_hidden_files_elsewhere_are_left_out_and_counted() -> None:
    names = ("b.jpg", "._b.jpg", "__MACOSX/c.jpg", "album.jpg/d.jfif")
    fsspec.filesystem("memory").pipe({f"/hidden/{name}": b"" for name in names})
    left_out = LeftOut()
    assert list(find_pictures("memory://hidden", left_out)) == [
        "memory:///hidden/album.jpg/d.jfif",
        "memory:///hidden/b.jpg",
    ]
    assert left_out.count == 2
    assert left_out.example == "memory:///hidden/._b.jpg"


def test_a_folder_elsewhere_that_cannot_be_listed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe({f"/closed/{name}": b"" for name in ("a.jpg", "door/b.jpg", "open/c.jpg")})
    whole = type(memory).ls

    def ls(files: object, path: str, **options: object) -> object:
        if path.endswith("door"):
            raise PermissionError(errno.EACCES, "Access denied")
        return whole(files, path, **options)

    monkeypatch.setattr(type(memory), "ls", ls)
    assert list(find_pictures("memory://closed")) == [
        *(f"memory:///closed/{name}" for name in ("a.jpg", "door", "open/c.jpg"))
    ]
    with pytest.raises(BulkError, match="Access denied"):
        list(find_pictures("memory://closed/door"))


def test_a_source_that_cannot_be_listed_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scandir(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(BulkError, match=f"{folder}: Permission denied"):
        list(find_pictures(str(folder)))
