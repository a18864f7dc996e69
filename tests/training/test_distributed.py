"""Two processes train as one would, and one that is killed takes no more with it than an epoch."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.programs import Program
from training.fitting.run import Run

pytestmark = pytest.mark.slow

# Of the losses and accuracies of an epoch. Sums are taken in another order: that makes 1e-7 of the
# first epoch's loss, and each step makes more of it (6e-5 in the third epoch was seen, 2e-3 in the
# sixth).
TOLERANCE = 1e-3
EPOCHS = 3
GONE = 60  # seconds within which a survivor has to end


@dataclass(frozen=True)
class Worker:
    """A process of a team, and where it prints."""

    program: Program
    output: Path

    def ended(self, seconds: float = 300) -> tuple[int, str]:
        """Its exit status, and what it said on stderr, once it has ended."""
        return self.program.wait(seconds), self.output.with_suffix(".err").read_text()


def start(
    cwd: Path, *arguments: str | Path, epochs: tuple[str, str] = (str(EPOCHS), str(EPOCHS))
) -> list[Worker]:
    """The chief and the other worker on this machine."""
    cluster = {"worker": [f"127.0.0.1:{free_port()}" for _ in range(2)]}
    outputs = Path(tempfile.mkdtemp(dir=cwd))
    workers = []
    for number, output in enumerate((outputs / "chief", outputs / "other")):
        place = {"cluster": cluster, "task": {"type": "worker", "index": number}}
        program = Program(
            "training",
            *("train", *arguments, "--epochs", epochs[number]),
            cwd=cwd,
            stdout=output,
            stderr=output.with_suffix(".err"),
            environment={"TF_CONFIG": json.dumps(place)},
        )
        workers.append(Worker(program, output))
    return workers


def all_ended(workers: list[Worker]) -> list[str]:
    """What each printed in the end; all must have succeeded."""
    told = [worker.ended() for worker in workers]
    assert [status for status, _ in told] == [0, 0], told
    return [worker.output.read_text() for worker in workers]


def wait_for_epoch(cwd: Path, workers: list[Worker]) -> Path:
    """The run's folder, once its first epoch is over."""
    while True:
        assert [worker.program.poll() for worker in workers] == [None, None]
        for run in cwd.glob("runs/*-baseline_cnn"):
            if Run.open(run).read_history() and (run / "last.keras").exists():
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
    chiefs, others = all_ended(start(tmp_path, "--data", dataset))
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
    workers[victim].program.kill()
    workers[victim].ended()
    status, said = workers[1 - victim].ended(GONE)
    assert status == 1
    assert said.splitlines()[-1].startswith("error: another worker has ended")
    assert 0 < len(Run.open(run).read_history()) < EPOCHS, "it was killed midway"

    all_ended(start(tmp_path, "--data", dataset, "--resume", run))
    assert [path.name for path in run.parent.glob("*-baseline_cnn")] == [run.name]
    assert_same_curve(run, trained_run)


def test_workers_that_are_asked_for_different_trainings_do_not_begin(
    dataset: Path, tmp_path: Path
) -> None:
    workers = start(tmp_path, "--data", dataset, epochs=("1", "2"))
    statuses, said = zip(*(worker.ended(120) for worker in workers), strict=True)
    assert statuses == (1, 1)
    told = [text.splitlines()[-1] for text in said]
    assert told[0].startswith("error: another worker has ended")
    assert told[1] == "error: worker 1 was asked for another training than the chief"
    assert not list(tmp_path.glob("runs/*-baseline_cnn/history.csv"))
