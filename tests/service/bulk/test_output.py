"""A file of the output is whole or absent, whoever writes it and however that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.bulk.output import Output, part_name
from service.errors import BulkError

TABLE = pa.table({"path": ["a.jpg", "b.jpg"], "error": [None, "corrupt_image"]})

WRITER = """
import sys, time
from service.bulk.output import Output
with Output(sys.argv[1]).writing("part-000000.parquet") as stream:
    stream.write(b"half")
    stream.flush()
    print("half", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["local", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "deep" / "scores")
    return f"memory://outputs/{tmp_path.name}"


def test_its_place_is_the_same_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Output("scores").place == str(tmp_path / "scores")
    assert Output("memory://scores").place == "memory:///scores"


def test_a_part_that_is_written_is_there(place: str) -> None:
    output = Output(place)
    output.prepare()
    assert output.written() == set()
    output.write_part(1234567, TABLE)
    output.write_part(3, TABLE)
    assert output.written() == {3, 1234567}
    assert output.column(3, "error").to_pylist() == [None, "corrupt_image"]
    assert output.has(part_name(3))
    assert not output.has(part_name(4))


def test_a_part_that_is_written_again_takes_the_place_of_the_former(place: str) -> None:
    output = Output(place)
    output.prepare()
    output.write_part(0, TABLE)
    output.write_part(0, TABLE.slice(1))
    assert output.column(0, "path").to_pylist() == ["b.jpg"]
    assert output.written() == {0}


def test_what_fails_midway_leaves_the_former_file_and_nothing_else(place: str) -> None:
    output = Output(place)
    output.prepare()
    output.write_part(0, TABLE)
    with pytest.raises(ZeroDivisionError), output.writing(part_name(0)) as stream:
        stream.write(b"half" * (1 // 0))
    assert output.column(0, "path").to_pylist() == ["a.jpg", "b.jpg"]
    files, root = fsspec.core.url_to_fs(place)
    assert [name.rpartition("/")[2] for name in files.ls(root, detail=False)] == [part_name(0)]


def test_what_a_killed_writer_leaves_is_no_part(tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout
    assert writer.stdout.readline() == b"half\n"
    assert writer.poll() is None
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert len(list(tmp_path.iterdir())) == 1, "the half that was written"
    output = Output(str(tmp_path))
    assert output.written() == set()
    output.write_part(1, TABLE)
    assert pq.read_table(tmp_path).num_rows == 2, "readers of Parquet pass it over"


def test_two_writers_of_one_part_do_not_mix(tmp_path: Path) -> None:
    output = Output(str(tmp_path))
    with output.writing(part_name(0)) as first, output.writing(part_name(0)) as second:
        pq.write_table(TABLE, first)
        pq.write_table(TABLE, second)
    assert output.column(0, "path").to_pylist() == ["a.jpg", "b.jpg"]
    assert [path.name for path in tmp_path.iterdir()] == [part_name(0)]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(BulkError, match="holds other files"):
        Output(str(tmp_path)).prepare()
    assert (tmp_path / "holiday.jpg").read_bytes() == b"mine"


def test_an_empty_folder_and_a_run_of_before_are_taken(tmp_path: Path) -> None:
    output = Output(str(tmp_path))
    output.prepare()
    with output.writing("_run.json") as stream:
        stream.write(b"{}")
    output.write_part(0, TABLE)
    output.prepare()
    assert output.written() == {0}


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BulkError, match=r"file/scores: "):
        Output(str(tmp_path / "file" / "scores")).prepare()


def test_written_is_looked_up_anew_each_time(place: str) -> None:
    here, there = Output(place), Output(place)
    here.prepare()
    assert there.written() == set()
    here.write_part(0, TABLE)
    assert there.written() == {0}
