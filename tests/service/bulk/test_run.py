"""`deepfake bulk` on this machine: every file a row, and one line at the end."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from benchmarks.cluster import nodes
from service.bulk.output import PATHS
from service.bulk.rows import SCHEMA
from service.bulk.run import Run
from service.settings import Settings
from tests.conftest import BIN, ROOT, ROUNDING
from tests.service.bulk.conftest import PICTURES, bulk, command, rows


@pytest.fixture(scope="module")
def scored(
    collection: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The whole collection, scored by the shipped model."""
    output = tmp_path_factory.mktemp("scored") / "scores"
    return output, bulk(collection, output, "--part-rows", 50)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Where the head of a Ray listens: to start one takes longer than these pictures."""
    with nodes(2) as (address, _):
        yield address


@pytest.fixture
def web(collection: Path) -> Iterator[str]:
    """The collection as it lies behind a web server."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=collection)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
def test_every_picture_has_one_row(
    collection: Path, scored: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    output, done = scored
    assert done.returncode == 0
    assert set(rows(output)) == set(map(str, collection.rglob("*.jpg")))
    assert sorted(path.name for path in output.glob("[!_]*")) == [
        f"part-{part:06}.parquet" for part in range(3)
    ]


@pytest.mark.slow
def test_it_says_one_line_and_nothing_of_rays(
    scored: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    done = scored[1]
    assert done.stdout == f"{PICTURES} of {PICTURES} pictures have a row, 0 an error.\n"
    assert done.stderr == ""


@pytest.mark.slow
def test_the_probabilities_are_the_apis(
    server: str, scored: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    for path, row in list(rows(scored[0]).items())[::4]:
        files = {"file": Path(path).read_bytes()}
        answer = httpx.post(f"{server}/predict", files=files).json()
        assert row["fake_probability"] == pytest.approx(answer["fake_probability"], abs=ROUNDING)
        assert row["sha256"] == answer["image"]["sha256"]
        assert row["warnings"] == answer["warnings"]
        assert len(list(row["faces"])) == len(answer["faces"])  # type: ignore[call-overload]


@pytest.mark.slow
def test_a_run_that_is_through_is_not_run_again(
    collection: Path, scored: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    output, first = scored
    before = {path: path.stat().st_mtime_ns for path in output.iterdir()}
    done = bulk(collection, output)
    assert (done.returncode, done.stdout) == (0, first.stdout)
    assert {path: path.stat().st_mtime_ns for path in output.iterdir()} == before


@pytest.mark.slow
def test_another_source_or_model_in_the_same_folder_is_refused(
    collection: Path, toys: Path, scored: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    for done in (
        bulk(collection / "deeper", scored[0]),
        bulk(collection, scored[0], DEEPFAKE_MODEL=str(toys)),
    ):
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: {scored[0]}: was begun with ")
        assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_bad_files_are_rows_and_the_status_is_1(
    collection: Path, toys: Path, web: str, cluster: str, tmp_path: Path
) -> None:
    """A list of paths and URLs, two of which lead nowhere, and a name that is no UTF-8."""
    paths = [str(collection / "000.jpg"), f"{web}/000.jpg", f"{web}/absent.jpg", "absent.jpg"]
    odd = os.fsdecode(b"\xff.jpg")
    (tmp_path / odd).write_bytes((collection / "000.jpg").read_bytes())
    source = tmp_path / "list.jsonl"
    source.write_text("".join(json.dumps({"path": path}) + "\n" for path in [*paths, odd]))
    words = (source, tmp_path / "scores", "--address", cluster)
    done = bulk(*words, DEEPFAKE_MODEL=str(toys))
    assert done.returncode == 1
    assert done.stdout == "5 of 5 pictures have a row, 2 an error.\n"
    found = rows(tmp_path / "scores")
    assert list(found) == [*paths[:3], f"{tmp_path}/absent.jpg", rf"{tmp_path}/\xff.jpg"]
    here, there, *absent, last = found.values()
    assert here["sha256"] == there["sha256"] == last["sha256"]
    assert here["fake_probability"] == pytest.approx(there["fake_probability"], abs=ROUNDING)
    assert [row["error"] for row in absent] == ["unreadable_file"] * 2
    again = bulk(*words, DEEPFAKE_MODEL=str(toys))
    assert (again.returncode, again.stdout) == (1, done.stdout), "an error of before is one still"


def test_what_is_left_out_is_counted_when_the_plan_is_made(
    collection: Path, toys: Path, tmp_path: Path
) -> None:
    (tmp_path / "photos").symlink_to(collection)
    (tmp_path / "._photos.jpg").write_bytes(b"")
    for count in (1, 0):
        run = Run(Settings(model=toys), str(tmp_path), str(tmp_path / "scores"), 50)
        assert run.left_out.count == count
        assert run.summary().pictures == PICTURES


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("absent", "{tmp}/scores"), "absent: no picture is there"),
        (("s3://bucket/photos", "{tmp}/scores"), "s3://bucket/photos: Install s3fs to access S3"),
        (("{collection}", "/proc/scores"), "/proc/scores: No such file or directory"),
        (
            ("{collection}", "{tmp}/scores", "--address", "127.0.0.1:9"),
            "no Ray at 127.0.0.1:9: [Errno 111] Connection refused",
        ),
        (
            ("{collection}", "{tmp}/scores", "--address", "head"),
            "no Ray at head: an address is host:port",
        ),
    ],
)
def test_what_stops_the_start_is_one_line(
    collection: Path, tmp_path: Path, arguments: tuple[str, ...], line: str
) -> None:
    given = [word.format(tmp=tmp_path, collection=collection) for word in arguments]
    done = bulk(*given)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"error: {line}\n")


@pytest.mark.slow
def test_what_stops_an_actor_is_one_line(
    collection: Path, toys: Path, cluster: str, tmp_path: Path
) -> None:
    environment = {"DEEPFAKE_MODEL": str(toys), "DEEPFAKE_FACE_MODEL": str(BIN / "python")}
    done = bulk(collection, tmp_path / "scores", "--address", cluster, **environment)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {BIN}/python: not the face detector")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_what_stops_a_part_is_one_line(
    collection: Path, toys: Path, cluster: str, tmp_path: Path
) -> None:
    output = tmp_path / "scores"
    Run(Settings(model=toys), str(collection), str(output), PICTURES)  # makes the plan
    (output / PATHS).write_bytes(b"no list")
    done = bulk(collection, output, "--address", cluster, DEEPFAKE_MODEL=str(toys))
    assert done.returncode == 1
    assert done.stderr.startswith("error: Parquet")
    assert done.stderr.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(collection: Path, tmp_path: Path) -> None:
    script = "import sys; sys.modules['ray'] = None; from service.command.cli import run; run()"
    words = command(collection, tmp_path / "scores")[1:]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "error: ray is missing: pip install 'deepfake-detector[bulk]'\n"


def test_the_columns_are_those_that_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in SCHEMA.names:
        assert f"`{name}`" in readme
