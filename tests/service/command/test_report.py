"""Whatever a file is called, each format tells it, and a table can be gone on with."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

from service.command.files import Outcome
from service.command.report import COLUMNS, CsvWriter, JsonWriter, TextWriter, resume_csv
from service.errors import TableError

HEADER = ",".join(COLUMNS) + "\n"
ODD = [
    os.fsdecode(name)
    for name in (b"caf\xe9.jpg", rb"caf\xe9.jpg", b"\x1b[31m\n.jpg", "ä\u202e.jpg".encode())
]
FORMULAS = ("=1+1.jpg", "+1.jpg", "-1.jpg", "@a.jpg", " =1.jpg", "\t=1.jpg", "\r-1", "\uff1d1.jpg")

Kind = type[TextWriter] | type[JsonWriter] | type[CsvWriter]


def written(kind: Kind, names: list[str], encoding: str = "utf-8") -> str:
    """What comes out, decoded again."""
    data = io.BytesIO()
    stream = io.TextIOWrapper(data, encoding, newline="")
    writer = kind(stream)
    for name in names:
        writer.write(Outcome(Path(name), None, "It is odd."))
    writer.close()
    stream.flush()
    return data.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
@pytest.mark.parametrize("kind", [TextWriter, JsonWriter, CsvWriter])
def test_no_name_can_end_a_format_or_reach_a_terminal(kind: Kind, encoding: str) -> None:
    text = written(kind, ODD, encoding)
    assert text.replace("\n", "").isprintable()
    assert text.count("It is odd.") == len(ODD)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_table_is_gone_on_with_whatever_its_files_are_called(
    tmp_path: Path, encoding: str
) -> None:
    (tmp_path / "out.csv").write_bytes(written(CsvWriter, [*ODD, *FORMULAS], encoding).encode())
    assert resume_csv(tmp_path / "out.csv") == dict.fromkeys([*ODD, *FORMULAS], "It is odd.")


def test_each_format_names_a_file_alike() -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    assert json.loads(written(JsonWriter, [name]))[0]["path"] == r"caf\xe9.jpg"
    assert written(CsvWriter, [name]).splitlines()[1].startswith(r"caf\xe9.jpg,")
    assert written(TextWriter, [name]).splitlines()[0] == r"caf\xe9.jpg"


def test_json_tells_letters_beyond_ascii_to_any_stream() -> None:
    assert json.loads(written(JsonWriter, ["ä.jpg"], "ascii"))[0]["path"] == "ä.jpg"


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_is_a_formula(name: str) -> None:
    (row,) = csv.DictReader(written(CsvWriter, [name]).splitlines())
    for cell in row.values():
        assert not cell.strip().startswith(("=", "+", "-", "@", "\uff1d"))
    if name.startswith("="):
        assert row["path"] == f"./{name}"


def test_a_path_that_is_no_formula_stays_as_it_is() -> None:
    for name in ("a=1.jpg", "../-1.jpg", "/=1.jpg", "1-1.jpg"):
        assert written(CsvWriter, [name]).splitlines()[1].startswith(f"{name},")


def test_a_half_written_row_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    whole = HEADER + "a.jpg,,,,,,,\nb.jpg,,,,,,,No such file\n"
    path.write_text(whole + "c.jp")
    assert resume_csv(path) == {"a.jpg": "", "b.jpg": "No such file"}
    assert path.read_text() == whole


@pytest.mark.parametrize("half", ["", "pa", HEADER[:-1], HEADER])
def test_a_table_without_a_row_is_begun_anew(tmp_path: Path, half: str) -> None:
    path = tmp_path / "out.csv"
    path.write_text(half)
    assert resume_csv(path) == {}
    assert resume_csv(tmp_path / "absent.csv") == {}


def test_a_table_that_a_spreadsheet_saved_is_accepted_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    saved = f"\ufeff{HEADER}ä.jpg,,,,,,,\n".replace("\n", "\r\n").encode()
    path.write_bytes(saved + b"half")
    assert resume_csv(path) == {"ä.jpg": ""}
    assert path.read_bytes() == saved


@pytest.mark.parametrize(
    "content",
    [
        b"name,score\na.jpg,1\nb.jpg,2",
        b"a line without an end",
        b"path,error\na.jpg,\nb.jp",
        HEADER.replace(",", ";").encode() + b"a.jpg;;;;;;;\nb.j",
        HEADER.encode("utf-16") + b"b.j",
        HEADER.encode() + b"a.jpg,,\nb.j",
        HEADER.encode() + b"a.jpg,,,,,,,,,,,\nb.j",
        HEADER.encode() + b"\xe4.jpg,,,,,,,\nb.j",
        b"\x89PNG\r\n\x1a\n\0\0\0",
    ],
)
def test_another_table_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=r"out.csv: is no table of this program's"):
        resume_csv(path)
    assert path.read_bytes() == content


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="Is a directory"):
        resume_csv(tmp_path)
