"""Training as a user runs it: what a run leaves, and that an interrupt costs nothing."""

import csv
import shutil
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.conftest import run_training
from tests.pictures import write_dataset
from tests.programs import Program
from training.fitting.run import Run, RunConfig
from training.judging.evaluate import Evaluation

EPOCHS = 8


def test_a_run_leaves_what_its_documentation_says(trained_run: Path) -> None:
    for name in ("config.json", "history.csv", "last.keras", "best.keras", "calibration.json"):
        assert (trained_run / name).is_file(), name
    assert (trained_run / "history.png").read_bytes().startswith(b"\x89PNG")
    assert list((trained_run / "tensorboard").rglob("events.out.tfevents.*"))


def test_the_history_has_a_row_for_each_epoch(trained_run: Path) -> None:
    with (trained_run / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(len(rows)))
    assert set(rows[0]) == {"epoch", "accuracy", "loss", "val_accuracy", "val_loss"}


def test_it_learns(trained_run: Path) -> None:
    rows = Run.open(trained_run).read_history()
    assert min(row["val_loss"] for row in rows) < 0.6
    assert max(row["val_accuracy"] for row in rows) > 0.8


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_result(
    trained_run: Path, dataset: Path, tmp_path: Path
) -> None:
    process = Program("training", "train", "--data", dataset, "--epochs", str(EPOCHS), cwd=tmp_path)
    run = tmp_path / "never"
    while not (run / "history.csv").exists() or not Run.open(run).read_history()[1:]:
        assert process.poll() is None
        run = next(tmp_path.glob("runs/*-baseline_cnn"), run)
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert len(Run.open(run).read_history()) < EPOCHS, "it was interrupted before its end"

    done = run_training("train", "--data", dataset, "--resume", run, cwd=tmp_path)
    assert Path(done.stdout.strip().splitlines()[-1]) == run
    assert_same_result(run, trained_run)


def assert_same_result(run: Path, other: Path) -> None:
    assert Run.open(run).read_history() == Run.open(other).read_history()
    for name in ("best.keras", "last.keras"):
        weights = keras.models.load_model(run / name).get_weights()
        expected = keras.models.load_model(other / name).get_weights()
        assert all(np.array_equal(a, b) for a, b in zip(weights, expected, strict=True))
    assert (run / "calibration.json").read_text() == (other / "calibration.json").read_text()


def test_resuming_a_finished_run_changes_nothing(
    trained_run: Path, dataset: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(trained_run, tmp_path / "runs" / trained_run.name))
    run_training("train", "--data", dataset, "--resume", run, cwd=tmp_path)
    assert (run / "history.csv").read_text() == (trained_run / "history.csv").read_text()


@pytest.mark.slow
def test_a_run_can_be_extended_and_remembers_it(dataset: Path, tmp_path: Path) -> None:
    done = run_training("train", "--data", dataset, "--epochs", "1", cwd=tmp_path)
    run = tmp_path / done.stdout.strip().splitlines()[-1]
    run_training("train", "--data", dataset, "--resume", run, "--epochs", "2", cwd=tmp_path)
    assert len(Run.open(run).read_history()) == Run.open(run).config.epochs == 2


def test_a_scheduled_run_cannot_be_extended(dataset: Path, tmp_path: Path) -> None:
    config = RunConfig("mobilenet_v2", 3, 0, 32, str(dataset), [], "")
    run = Run.create(tmp_path, config).folder
    line = failing("train", "--data", dataset, "--resume", run, "--epochs", "5", cwd=tmp_path)
    assert line == f"error: {run}: its learning rate was scheduled for 3 epochs"


@pytest.mark.slow
def test_what_was_trained_is_exported_if_asked(dataset: Path, tmp_path: Path) -> None:
    arguments: list[str | Path] = ["--data", dataset, "--epochs", "1", "--out", "models/new"]
    done = run_training("train", *arguments, cwd=tmp_path)
    version = tmp_path / done.stdout.strip().splitlines()[-1]
    assert version == tmp_path / "models" / "new" / "1"
    assert (version / "saved_model.pb").is_file()
    (run,) = (tmp_path / "runs").glob("*-baseline_cnn")
    assert (run / "calibration.json").is_file()


@pytest.mark.slow
def test_a_source_can_be_left_out_and_is_evaluated_all_the_same(
    dataset: Path, tmp_path: Path
) -> None:
    arguments: list[str | Path] = ["--data", dataset, "--epochs", "1", "--without", "left"]
    done = run_training("train", *arguments, cwd=tmp_path)
    assert "train: 80 pictures" in done.stderr
    assert "valid: 20 pictures" in done.stderr
    run = tmp_path / done.stdout.strip().splitlines()[-1]
    assert Run.open(run).config.without == ["left"]
    run_training("evaluate", "--data", dataset, "--model", run, cwd=tmp_path)
    assert set(Evaluation.read(run / "evaluation").by_source) == {"left", "right"}


def failing(*arguments: str | Path, cwd: Path) -> str:
    done = run_training(*arguments, cwd=cwd, check=False)
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


def test_other_data_is_refused(trained_run: Path, tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "other", train=2, other=2)
    line = failing("train", "--data", other, "--resume", trained_run, cwd=tmp_path)
    assert line == f"error: {other}: not the pictures that {trained_run} was begun with"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["--architecture", "vgg"],
            "error: vgg: no such architecture; "
            "there are baseline_cnn, mobilenet_v2, texture_mobilenet, texture_efficientnet",
        ),
        (["--weights", "nowhere.h5"], "error: nowhere.h5: no such file"),
        (
            ["--without", "nobody"],
            "error: nobody: no family and no source of that name to leave out",
        ),
        (["--resume", "nowhere"], "error: nowhere: no training run: config.json: "),
    ],
)
def test_a_senseless_request_is_one_line(
    arguments: list[str], line: str, dataset: Path, tmp_path: Path
) -> None:
    assert failing("train", "--data", dataset, *arguments, cwd=tmp_path).startswith(
        line.format(data=dataset)
    )


def test_a_missing_data_folder_is_one_line(tmp_path: Path) -> None:
    line = failing("train", "--data", tmp_path / "nowhere", cwd=tmp_path)
    assert line == f"error: {tmp_path}/nowhere: no such folder"
