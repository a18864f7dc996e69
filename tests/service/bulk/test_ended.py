"""A run that is ended, in whatever way, goes on where it was."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.service.bulk.conftest import PICTURES, command, rows


def end_midway(
    words: list[str], output: Path, end: signal.Signals, environment: dict[str, str]
) -> tuple[int, str, dict[Path, int]]:
    """Exit status, last line, and the parts with their times, of a run that gets a signal."""
    before = len(list(output.glob("part-*")))
    with (output.parent / "told").open("w+") as told:
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stderr=told)
        while len(list(output.glob("part-*"))) < before + 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(end)
        status = process.wait(60)
        told.seek(0)
        parts = {path: path.stat().st_mtime_ns for path in output.glob("part-*")}
        return status, told.read(), parts


@pytest.mark.slow
def test_a_run_that_is_ended_goes_on_where_it_was(
    collection: Path, toys: Path, tmp_path: Path
) -> None:
    """Ended thrice, each time in another way; the fourth time it may end by itself."""
    output = tmp_path / "scores"
    words = command(collection, output, "--part-rows", 2)
    environment = {**os.environ, "DEEPFAKE_MODEL": str(toys)}
    written: dict[Path, int] = {}
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        status, told, parts = end_midway(words, output, end, environment)
        assert written.items() <= parts.items(), "no part is written twice"
        written = parts
        assert len(written) < PICTURES / 2, "it was ended before its end"
        if end is signal.SIGKILL:
            assert status == -end
        else:
            assert status == 130
            said = re.fullmatch(
                rf"Stopped: (\d+) of {PICTURES} pictures have a row, 0 an error. "
                r"The same command goes on.\n",
                told,
            )
            assert said
            assert 0 < int(said[1]) <= 2 * len(written), "a part may still come after it is said"
    (collection / "late.jpg").write_bytes(b"after the plan")
    done = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    (collection / "late.jpg").unlink()
    assert done.returncode == 0
    assert set(rows(output)) == set(map(str, collection.rglob("*.jpg")))
    assert written.items() <= {p: p.stat().st_mtime_ns for p in output.glob("part-*")}.items()
