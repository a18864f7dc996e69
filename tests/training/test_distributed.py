"""Two processes train as one would, and one that is killed takes no more with it than an epoch."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import free_port
from training.fitting.run import Run

pytestmark = pytest.mark.slow

# Of the losses and accuracies of an epoch. Sums are taken in another order: that makes 1e-7 of the
# first epoch's loss, and each step makes more of it (6e-5 in the third epoch was seen, 2e-3 in the
# sixth).
TOLERANCE = 1e-3
EPOCHS = 3
GONE = 60  # seconds within which a survivor has to end


def start(
    cwd: Path, *arguments: str | Path, epochs: tuple[str, str] = (str(EPOCHS), str(EPOCHS))
) -> list[subprocess.Popen[str]]:
    """The chief and the other worker on this machine."""
    cluster = {"worker": [f"127.0.0.1:{free_port()}" for _ in range(2)]}
    return [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "training",
                "train",
                *map(str, arguments),
                "--epochs",
                epochs[number],
            ],
            cwd=cwd,
            env={
                **os.environ,
                "TF_CONFIG": json.dumps(
                    {"cluster": cluster, "task": {"type": "worker", "index": number}}
                ),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]


def ended(workers: list[subprocess.Popen[str]]) -> list[str]:
    """What each printed in the end; all must have succeeded."""
    told = [worker.communicate(timeout=300) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], told
    return [output for output, _ in told]


def wait_for_epoch(cwd: Path, workers: list[subprocess.Popen[str]]) -> Path:
    """The run's folder, once its first epoch is over."""
    while True:
        assert [worker.poll() for worker in workers] == [None, None]
        for run in cwd.glob("runs/*-baseline_cnn"):
            if (run / "last.keras").exists() and Run.open(run).read_history():
                return run
        time.sleep(0.02)


def assert_same_curve(run: Path, other: Path) -> None:
    assert Run.open(run).read_history() == [
        {name: pytest.approx(value, abs=TOLERANCE) for name, value in row.items()}
        for row in Run.open(other).read_history()[:EPOCHS]
    ]


def test_two_workers_come_to_the_curve_of_one(
    dataset: Path, trained_run: Path, tmp_path: Path
) -> None:
    chiefs, others = ended(start(tmp_path, "--data", dataset))
    (run,) = tmp_path.glob("runs/*-baseline_cnn")
    assert chiefs.splitlines()[-1] == str(run.relative_to(tmp_path))
    assert str(run.name) not in others, "the chief alone says and writes what came out"
    assert_same_curve(run, trained_run)
    for name in ("calibration.json", "history.png", "last.keras", "best.keras"):
        assert (run / name).is_file()


@pytest.mark.parametrize("victim", [0, 1], ids=["the chief", "the other"])
def test_a_killed_worker_ends_the_other_and_both_go_on(
    victim: int, dataset: Path, trained_run: Path, tmp_path: Path
) -> None:
    workers = start(tmp_path, "--data", dataset)
    run = wait_for_epoch(tmp_path, workers)
    workers[victim].kill()
    workers[victim].communicate()
    survivor = workers[1 - victim]
    _, said = survivor.communicate(timeout=GONE)
    assert survivor.returncode == 1
    assert said.splitlines()[-1].startswith("error: another worker has ended")
    assert 0 < len(Run.open(run).read_history()) < EPOCHS, "it was killed midway"

    ended(start(tmp_path, "--data", dataset, "--resume", run))
    assert [path.name for path in run.parent.glob("*-baseline_cnn")] == [run.name]
    assert_same_curve(run, trained_run)


def test_workers_that_are_asked_for_different_trainings_do_not_begin(
    dataset: Path, tmp_path: Path
) -> None:
    workers = start(tmp_path, "--data", dataset, epochs=("1", "2"))
    told = [worker.communicate(timeout=120)[1].splitlines()[-1] for worker in workers]
    assert [worker.returncode for worker in workers] == [1, 1]
    assert told[0].startswith("error: another worker has ended")
    assert told[1] == "error: worker 1 was asked for another training than the chief"
    assert not list(tmp_path.glob("runs/*-baseline_cnn/history.csv"))
