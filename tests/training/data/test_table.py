"""files.csv is read however a spreadsheet saved it."""

import os
from pathlib import Path

import pytest

from training.data.table import Table, files_table, sources_table
from training.errors import DataError


def table(root: Path, content: str | bytes) -> Table:
    data = content if isinstance(content, bytes) else content.encode()
    (root / "files.csv").write_bytes(data)
    return files_table(root)


@pytest.mark.parametrize(
    "content",
    [
        "file,group\ntrain/real/a.jpg,video 7\n",
        "\ufefffile,group\r\ntrain/real/a.jpg,video 7\r\n",
        '\ufeff"file";"group"\r\n"train/real/a.jpg";"video 7"\r\n',
        "file;label;group\ntrain/real/a.jpg;real;video 7",
        "group\tfile\nvideo 7\ttrain/real/a.jpg\n",
        "file,group\ntrain\\real\\a.jpg,video 7\n",
        "file,group\n.\\train\\real\\a.jpg,video 7\n",
        "file,group\n./train/real/a.jpg,video 7\n",
        "File, Group \ntrain/real/a.jpg,video 7\n",
        "file, group\n train/real/a.jpg , video 7 \n",
        "sep=;\r\nfile;group\r\ntrain/real/a.jpg;video 7\r\n",
        "file\tgroup\r\ntrain/real/a.jpg\tvideo 7\r\n".encode("utf-16"),
        "\ufefffile;group\r\ntrain\\real\\a.jpg;video 7\r\n".encode("utf-16-be"),
        'label;"file";note;group\nreal;train/real/a.jpg;"two; \n lines, even";video 7\n',
    ],
)
def test_the_group_is_found(tmp_path: Path, content: str | bytes) -> None:
    read = table(tmp_path, content)
    assert read.row("train/real/a.jpg")["group"] == "video 7"
    assert read.row("train/real/b.jpg") == {}
    assert {"file", "group"} <= set(read.columns)


def test_all_columns_are_there(tmp_path: Path) -> None:
    read = table(tmp_path, "file,Kind,generator\na.jpg,gan,StyleGAN; 2\n")
    assert read.row("a.jpg") == {"file": "a.jpg", "kind": "gan", "generator": "StyleGAN; 2"}


def test_letters_and_their_accents_are_one_on_any_system(tmp_path: Path) -> None:
    composed, apart = "Zo\u00eb.jpg", "Zoe\u0308.jpg"
    assert table(tmp_path, f"file,group\n{composed},7\n").row(apart)["group"] == "7"
    assert table(tmp_path, f"file,group\n{apart},7\n").row(composed)["group"] == "7"


def test_names_that_are_no_utf_8_are_names(tmp_path: Path) -> None:
    read = table(tmp_path, b"file,group\ncaf\xe9.jpg,7\nb.jpg,\xe9t\xe9\n")
    assert read.row(os.fsdecode(b"caf\xe9.jpg"))["group"] == "7"
    assert read.row("b.jpg")["group"] == os.fsdecode(b"\xe9t\xe9")


@pytest.mark.parametrize("content", ["", "\n", "\ufeff", "file,group\n", "group\n3\n", "a;b\n1\n"])
def test_a_table_without_files_has_no_rows(tmp_path: Path, content: str) -> None:
    assert table(tmp_path, content).row("a.jpg") == {}


def test_a_short_row_has_what_it_has(tmp_path: Path) -> None:
    assert table(tmp_path, "file,group,x\na.jpg,7\n\n,9\nb.jpg\n").row("b.jpg") == {"file": "b.jpg"}


def test_without_a_table_there_is_none(tmp_path: Path) -> None:
    read = files_table(tmp_path)
    assert not read.exists
    assert (read.columns, read.row("a.jpg")) == ([], {})


def test_a_table_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"files.csv: field larger than field limit"):
        table(tmp_path, "file,group\na.jpg," + "x" * 200_000)


def test_what_is_called_so_and_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "files.csv"
    path.symlink_to("absent")
    with pytest.raises(DataError, match=r"files.csv: No such file"):
        files_table(tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(DataError, match=r"files.csv: This is a pipe"):
        files_table(tmp_path)


def test_rows_of_what_is_not_there(tmp_path: Path) -> None:
    read = table(tmp_path, "file,group\na.jpg,7\n.\\b.jpg,8\ngone.jpg,8\n")
    assert read.unknown(["a.jpg", "b.jpg", "c.jpg"]) == ["gone.jpg"]


def test_the_sources_have_a_table_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text(
        "source;family;real\ndfdc;swap-autoencoder;954\nlfw;;310\n"
    )
    read = sources_table(tmp_path)
    assert read.row("dfdc")["family"] == "swap-autoencoder"
    assert read.row("lfw")["family"] == ""
    assert read.row("veo") == {}
