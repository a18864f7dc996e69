"""`deepfake`: files and folders in every format, errors as rows, odd names, Ctrl-C."""

import csv
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.command import cli
from service.command.report import COLUMNS
from service.model.manifest import Manifest
from service.scoring.detector import Detector
from service.web import keys
from tests.conftest import ARTIFACT, BIN
from tests.pictures import PORTRAIT, encode, smooth
from tests.programs import Program
from tests.service.command.conftest import deepfake
from tests.signed import sign

pytestmark = pytest.mark.usefixtures("toy_served")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures at two depths, one that cannot be read, and a file that is no picture."""
    folder = tmp_path / "folder"
    (folder / "deeper").mkdir(parents=True)
    for seed in range(5):
        smooth(seed, side=160).save(folder / f"{seed}.png")
    PORTRAIT.save(folder / "deeper" / "portrait.jpg")
    (folder / "3.png").write_bytes(encode(smooth(3), "PNG")[:200])
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_text_says_what_the_demo_said(photo: Path) -> None:
    done = deepfake("predict", photo)
    answer = json.loads(deepfake("predict", photo, "--format", "json").stdout)[0]
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == str(photo)
    assert lines[1] == f"Predicted: {answer['label']} Image"
    assert lines[2] == f"Confidence: {answer['confidence']:.4f}"
    assert lines[3] == f"Verdict: {answer['verdict']}"
    assert done.stderr == ""


def test_csv_has_a_row_for_each_file_in_input_order(folder: Path, photo: Path) -> None:
    done = deepfake("predict", photo, folder, "absent.jpg", "--format", "csv")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    names = ["0.png", "1.png", "2.png", "3.png", "4.png", "deeper/portrait.jpg"]
    paths = [photo, *(folder / name for name in names), "absent.jpg"]
    assert [row["path"] for row in rows] == [str(path) for path in paths]
    assert done.stdout.splitlines()[0].split(",") == list(COLUMNS)
    errors = {Path(row["path"]).name: row["error"] for row in rows if row["error"]}
    assert errors == {
        "3.png": "The PNG data is damaged or cut short.",
        "absent.jpg": "No such file or directory",
    }
    assert done.returncode == 1


def test_csv_rows_hold_what_the_api_answers(photo: Path) -> None:
    row = next(csv.DictReader(deepfake("predict", photo, "--format", "csv").stdout.splitlines()))
    answer = json.loads(deepfake("predict", photo, "--format", "json").stdout)[0]
    assert row["label"] == answer["label"]
    assert row["verdict"] == answer["verdict"]
    assert abs(float(row["fake_probability"]) - answer["fake_probability"]) <= 1e-6
    assert row["faces"] == "1"
    assert row["error"] == ""


def test_what_a_credential_declares_is_a_reason(
    face: bytes, tmp_path: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPFAKE_TRUST_ANCHORS", str(trusted))
    (tmp_path / "signed.jpg").write_bytes(sign(face))
    text = deepfake("predict", tmp_path / "signed.jpg").stdout
    assert "Verdict: fake\nReason: its content credential declares that AI" in text
    table = deepfake("predict", tmp_path / "signed.jpg", "--format", "csv").stdout
    assert next(csv.DictReader(table.splitlines()))["reason"] == "declared_ai"


def test_what_nobody_vouches_for_is_a_warning_and_names_are_marks(
    face: bytes, tmp_path: Path
) -> None:
    """Without anchors of the operator's own; as text, and with what the file says, as JSON."""
    path = tmp_path / "ChatGPT Image Mar 29, 2025.jpg"
    path.write_bytes(sign(face))
    text = deepfake("predict", path).stdout
    assert "Verdict: uncertain\nWarning: declared_ai_unverified\n" in text
    (answer,) = json.loads(deepfake("predict", path, "--format", "json").stdout)
    assert answer["provenance"]["credential"]["state"] == "unknown_signer"
    assert [mark["generator"] for mark in answer["provenance"]["marks"]] == ["ChatGPT"]


def test_json_is_one_array_with_the_errors_in_their_places(folder: Path) -> None:
    done = deepfake("predict", folder, "--format", "json")
    elements = json.loads(done.stdout)
    assert [Path(element["path"]).name for element in elements][3] == "3.png"
    assert elements[3]["error"] == "The PNG data is damaged or cut short."
    assert elements[0]["image"]["format"] == "PNG"
    assert done.returncode == 1


def test_an_output_file_gets_the_rows_and_stdout_nothing(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    done = deepfake("predict", photo, "--format", "csv", "--output", out)
    assert done.stdout == ""
    assert [row["path"] for row in csv.DictReader(out.read_text().splitlines())] == [str(photo)]


def test_an_output_that_cannot_be_written_is_one_clear_error(photo: Path, tmp_path: Path) -> None:
    done = deepfake("predict", photo, "--output", tmp_path / "nowhere" / "scores.csv")
    assert done.returncode == 2
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = deepfake("predict", tmp_path / "empty", "--format", "csv")
    assert "The folder holds no picture." in done.stdout
    assert done.returncode == 1


@pytest.fixture
def here(detector: Detector, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line in this process, with the detector that is loaded."""
    monkeypatch.setattr(cli, "_detector", lambda: detector)
    return CliRunner()


def test_a_name_that_is_no_utf_8_is_a_row_and_is_not_scored_again(
    here: CliRunner, photo: Path, tmp_path: Path
) -> None:
    for name in (b"caf\xe9.jpg", rb"caf\xe9.jpg", b"-\x1b[2J.jpg"):
        photo.with_name(os.fsdecode(name)).write_bytes(photo.read_bytes())
    out = tmp_path / "out.csv"
    words = ["predict", str(tmp_path), "--format", "csv", "--output", str(out)]
    assert here.invoke(cli.app, words).exit_code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    names = {r"-\x1b[2J.jpg", r"caf\xe9.jpg", r"caf\x5cxe9.jpg", "photo.jpg"}
    assert {Path(row["path"]).name for row in rows} == names
    before = out.read_bytes()
    assert here.invoke(cli.app, [*words, "--resume"]).exit_code == 0
    assert out.read_bytes() == before


@pytest.mark.slow
def test_stdout_that_cannot_say_a_name_still_gets_its_row(photo: Path, tmp_path: Path) -> None:
    """A real process, its arguments and its stream as bytes."""
    for name in ("ä.jpg".encode(), b"\xff.jpg"):
        photo.with_name(os.fsdecode(name)).write_bytes(photo.read_bytes())
    done = subprocess.run(
        [BIN / "deepfake", "predict", ".", os.fsdecode(b"\xff.jpg"), "--format", "csv"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "DEEPFAKE_MODEL": str(ARTIFACT)},
        capture_output=True,
        timeout=120,
    )
    rows = list(csv.DictReader(done.stdout.decode("ascii").splitlines()))
    assert (done.returncode, done.stderr) == (0, b"")
    assert [row["path"] for row in rows] == [
        *("photo.jpg", r"\xc3\xa4.jpg", r"\xff.jpg", r"\xff.jpg")
    ]
    assert {row["error"] for row in rows} == {""}


def test_what_is_left_out_is_told_once(here: CliRunner, photo: Path, tmp_path: Path) -> None:
    for name in ("._photo.jpg", "__MACOSX", ".thumbnails"):
        (tmp_path / name).mkdir()
    done = here.invoke(cli.app, ["predict", str(tmp_path), "--format", "csv"])
    assert done.exit_code == 0
    assert done.stderr == f"Left out as hidden: 3, such as {tmp_path}/._photo.jpg\n"
    assert [row["path"] for row in csv.DictReader(done.stdout.splitlines())] == [str(photo)]


def test_ctrl_c_leaves_valid_json(tmp_path: Path) -> None:
    folder, out = tmp_path / "many", tmp_path / "out.json"
    folder.mkdir()
    for seed in range(300):
        smooth(seed, side=400).save(folder / f"{seed:03}.jpg")
    process = Program("deepfake", "predict", folder, "--format", "json", "--output", out)
    while not out.exists() or out.stat().st_size == 0:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) != 0
    assert 0 < len(json.loads(out.read_text())) < 300


def test_info_is_the_models_description(toys: Path) -> None:
    manifest = Manifest.read(toys / "1")
    assert json.loads(deepfake("info").stdout) == json.loads(manifest.model_dump_json())


def test_a_key_comes_with_the_digest_that_the_service_is_told() -> None:
    made = re.fullmatch(r"key: (\S+)\nDEEPFAKE_API_KEYS=(\S+)\n", deepfake("key").stdout)
    assert made
    assert keys.Keys((made[2],)).knows(made[1])


def test_a_missing_model_is_one_line(photo: Path, tmp_path: Path) -> None:
    done = deepfake("predict", photo, DEEPFAKE_MODEL=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert done.stderr == f"error: {tmp_path}/nowhere: no such model folder\n"
