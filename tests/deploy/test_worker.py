"""A training's worker under Slurm and Kubeflow Trainer: the scripts that start it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port

FOLDER = ROOT / "deploy" / "training"
WORKER = FOLDER / "worker.sh"

# What Slurm and, by its manifest and what Trainer adds, Kubernetes tell the second of two workers.
SLURM = {"SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "node[1-2]", "SLURM_NODEID": "1"}
TRAINER = {
    "JOB_NAME": "faces-1-node-0",
    "JOBSET_NAME": "faces-1",
    "JAX_NUM_PROCESSES": "2",
    "JOB_COMPLETION_INDEX": "1",
}
HOSTS = {
    "slurm": (SLURM, ["node1", "node2"]),
    "trainer": (TRAINER, ["faces-1-node-0-0.faces-1", "faces-1-node-0-1.faces-1"]),
}
PROGRAMS = {
    "scontrol": """
        case "$1 $2" in
            "show hostnames") [ "$3" = "node[1-2]" ] && printf "node1\\nnode2\\n" ;;
            *) echo "scontrol $*" ;;
        esac
    """,
    "srun": 'echo "srun $*"; exit "$SRUN"',
    "python": """
        echo "$TF_CONFIG" >"$TOLD/tf_config"
        pwd >"$TOLD/folder"
        printf "%s\\n" "$@" >"$TOLD/arguments"
    """,
}


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment with stand-ins for Slurm and Python, and the folders that they are given."""
    for name, script in PROGRAMS.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "TOLD": str(tmp_path),
        "FOLDER": str(tmp_path / "storage" / "job"),
        "PORT": "20007",
    }


def run(program: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("cluster", HOSTS)
def test_a_worker_is_told_who_the_others_are(
    cluster: str, programs: dict[str, str], tmp_path: Path
) -> None:
    said, hosts = HOSTS[cluster]
    done = run(WORKER, "--data", "my faces", **programs, **said)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "tf_config").read_text()) == {
        "cluster": {"worker": [f"{host}:20007" for host in hosts]},
        "task": {"type": "worker", "index": 1},
    }
    assert (tmp_path / "folder").read_text().strip() == programs["FOLDER"]
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert arguments == ["-m", "training", "train", "--data", "my faces"]


def test_a_worker_that_is_started_again_goes_on(programs: dict[str, str], tmp_path: Path) -> None:
    runs = Path(programs["FOLDER"]) / "runs"
    (runs / "cache" / "0123").mkdir(parents=True)
    (runs / "20260101-120000-baseline_cnn").mkdir()
    run(WORKER, "--data", "faces", **programs, **TRAINER)
    assert "--resume" not in (tmp_path / "arguments").read_text(), "there is no run yet"
    (runs / "20260101-120000-baseline_cnn" / "config.json").touch()
    run(WORKER, "--data", "faces", **programs, **TRAINER)
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert arguments[-4:] == ["--data", "faces", "--resume", "runs/20260101-120000-baseline_cnn"]


@pytest.mark.parametrize("missing", ["PORT", "FOLDER", "JOB_COMPLETION_INDEX"])
def test_a_worker_that_is_not_told_enough_does_not_begin(
    missing: str, programs: dict[str, str], tmp_path: Path
) -> None:
    told = {name: value for name, value in {**programs, **TRAINER}.items() if name != missing}
    done = run(WORKER, "--data", "faces", **told)
    assert done.returncode != 0
    assert missing in done.stderr
    assert not (tmp_path / "arguments").exists()


@pytest.mark.slow
def test_a_real_worker_trains_and_goes_on(
    dataset: Path, programs: dict[str, str], tmp_path: Path
) -> None:
    """Alone: two of them would ask for the same port of one machine."""
    (tmp_path / "bin" / "scontrol").write_text("#!/bin/sh\necho 127.0.0.1\n")
    told = {**os.environ, **programs, **SLURM, "SLURM_NODEID": "0", "PYTHON": sys.executable}
    for epochs in ("1", "2"):
        told["PORT"] = str(free_port())
        done = run(WORKER, "--data", str(dataset), "--epochs", epochs, **told)
        assert done.returncode == 0, done.stderr
        (history,) = Path(programs["FOLDER"]).glob("runs/*/history.csv")
        assert len(history.read_text().splitlines()) == 1 + int(epochs)


@pytest.mark.parametrize(
    ("status", "restarts", "requeued"),
    [("0", "0", False), ("1", "0", True), ("1", "2", True), ("1", "3", False)],
)
def test_slurm_queues_again_what_failed_some_times(
    status: str, restarts: str, requeued: bool, programs: dict[str, str]
) -> None:
    told = {"SLURM_SUBMIT_DIR": "/checkout", "SLURM_RESTART_COUNT": restarts, "SRUN": status}
    done = subprocess.run(
        ["bash", FOLDER / "slurm.sbatch", "--data", "/storage/faces"],
        env={**programs, **SLURM, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == int(status)
    started, *after = done.stdout.splitlines()
    assert started.startswith("srun ")
    assert started.endswith("/checkout/deploy/training/worker.sh --data /storage/faces")
    assert after == (["scontrol requeue 7"] if requeued else [])
    assert done.stderr == ""
