"""`deepfake predict --resume`: a table that was interrupted is gone on with, no other one."""

import csv
import time
from pathlib import Path

import pytest

from service.command import cli
from service.command.report import COLUMNS
from tests.conftest import ROUNDING
from tests.pictures import smooth
from tests.programs import Program
from tests.service.command.conftest import deepfake

pytestmark = pytest.mark.usefixtures("toy_served")


@pytest.mark.slow
def test_an_interrupted_csv_is_resumed_to_the_same_rows(tmp_path: Path) -> None:
    folder, out, whole = tmp_path / "many", tmp_path / "out.csv", tmp_path / "whole.csv"
    folder.mkdir()
    for seed in range(300):
        smooth(seed, side=400).save(folder / f"{seed:03}.jpg")
    process = Program("deepfake", "predict", folder, "--format", "csv", "--output", out)
    while not out.exists() or out.read_text().count("\n") < 20:
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert out.read_text().count("\n") < 300, "it was interrupted before its end"
    deepfake("predict", folder, "--format", "csv", "--output", out, "--resume")
    deepfake("predict", folder, "--format", "csv", "--output", whole)
    rows = [csv.DictReader(path.read_text().splitlines()) for path in (out, whole)]
    for row, other in zip(*rows, strict=True):
        assert (row["path"], row["verdict"], row["error"]) == (other["path"], other["verdict"], "")
        # Not to the last bit: it depends on who is in a batch together.
        assert float(row["fake_probability"]) == pytest.approx(
            float(other["fake_probability"]), abs=ROUNDING
        )


def test_another_table_is_not_gone_on_with(
    monkeypatch: pytest.MonkeyPatch, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "other\n.csv"
    out.write_text("name,price\napple,1\npear,2")
    words = ["predict", str(photo), "--format", "csv", "--output", str(out), "--resume"]
    monkeypatch.setattr("sys.argv", ["deepfake", *words])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert str(ended.value.code).startswith(
        rf"error: {tmp_path}/other\x0a.csv: is no table of this program's"
    )
    assert out.read_text() == "name,price\napple,1\npear,2"


def test_a_resumed_csv_with_a_former_error_still_exits_with_1(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    deepfake("predict", "absent.jpg", "--format", "csv", "--output", out)
    arguments: list[str | Path] = [
        "absent.jpg",
        photo,
        "--format",
        "csv",
        "--output",
        out,
        "--resume",
    ]
    done = deepfake("predict", *arguments)
    assert done.returncode == 1
    assert len(list(csv.DictReader(out.read_text().splitlines()))) == 2


def test_resume_without_a_former_file_starts_anew(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    deepfake("predict", photo, "--format", "csv", "--output", out, "--resume")
    assert out.read_text().splitlines()[0].split(",") == list(COLUMNS)


def test_resume_needs_a_csv_file(photo: Path) -> None:
    done = deepfake("predict", photo, "--resume")
    assert done.returncode == 2
    assert "--resume goes with --format csv and --output" in done.stderr
