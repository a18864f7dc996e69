"""Paths and URLs lead to the same bytes, whatever they are called."""

from pathlib import Path

import fsspec
import pytest

from service.bulk.storage import address, beside, locate, read
from service.errors import BodyTooLarge, BulkError


@pytest.fixture
def remote() -> str:
    """A folder in fsspec's memory, with a file."""
    fsspec.filesystem("memory").pipe("/bucket/prefix/a.jpg", b"bytes")
    return "memory://bucket/prefix"


@pytest.mark.parametrize("name", ["a.jpg", "a b.jpg", "[1].jpg", "a*.jpg", "ä::b?.jpg", "%41#.jpg"])
def test_a_local_file_of_any_name_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"bytes")
    assert read(str(tmp_path / name), 100) == b"bytes"


def test_a_url_is_read(remote: str, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"local")
    assert read(f"{remote}/a.jpg", 100) == b"bytes"
    assert read(f"file://{tmp_path}/a.jpg", 100) == b"local"


def test_a_relative_path_gets_an_absolute_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert address(*locate("photos/a.jpg")) == f"{tmp_path}/photos/a.jpg"


def test_an_address_leads_back_to_its_place(remote: str, tmp_path: Path) -> None:
    for place in (f"{remote}/a.jpg", str(tmp_path), "http://127.0.0.1:1/a.jpg"):
        files, name = locate(place)
        assert locate(address(files, name)) == (files, name)


def test_what_a_list_names_lies_beside_it(remote: str, tmp_path: Path) -> None:
    here, there = locate(str(tmp_path / "list.jsonl")), locate(f"{remote}/list.jsonl")
    assert beside(*here, "b/c.jpg") == f"{tmp_path}/b/c.jpg"
    assert beside(*here, "/other/c.jpg") == "/other/c.jpg"
    assert beside(*here, "s3://bucket/c.jpg") == "s3://bucket/c.jpg"
    assert read(beside(*there, "a.jpg"), 100) == b"bytes"


def test_no_more_is_read_than_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"12345")
    assert read(str(tmp_path / "a.jpg"), 5) == b"12345"
    with pytest.raises(BodyTooLarge, match="larger than 4 bytes"):
        read(str(tmp_path / "a.jpg"), 4)


def test_what_is_not_there_is_an_error_of_its_file_system(tmp_path: Path, remote: str) -> None:
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path / "absent.jpg"), 4)
    with pytest.raises(FileNotFoundError):
        read(f"{remote}/absent.jpg", 4)


def test_a_scheme_that_cannot_be_had_is_one_line() -> None:
    with pytest.raises(BulkError, match=r"nowhere://x: .*nowhere"):
        locate("nowhere://x")
