"""Workers under Slurm and Kubeflow Trainer: scripts that run, manifests that fit them."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml
from kubeflow_trainer_api.models import TrainerV1alpha1TrainingRuntime, TrainerV1alpha1TrainJob

from tests.conftest import ROOT, free_port
from tests.deploy.test_kubernetes import VERSIONS
from training.cli import app

FOLDER = ROOT / "deploy" / "training"
WORKER = FOLDER / "worker.sh"
GUIDE = (ROOT / "deploy" / "training.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, flags=re.DOTALL)


def read(name: str) -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())
    return manifest


RUNTIME, JOB, POLICY = map(read, ("runtime.yaml", "trainjob.yaml", "network-policy.yaml"))
JOB_SET: dict[str, Any] = RUNTIME["spec"]["template"]["spec"]
(NODES,) = JOB_SET["replicatedJobs"]
POD: dict[str, Any] = NODES["template"]["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]
TRAIN = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]

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


@pytest.mark.parametrize(
    ("manifest", "kind"),
    [(RUNTIME, TrainerV1alpha1TrainingRuntime), (JOB, TrainerV1alpha1TrainJob)],
    ids=["runtime", "trainjob"],
)
def test_a_manifest_of_trainer_has_only_fields_that_are_known(
    manifest: dict[str, Any], kind: Any
) -> None:
    assert json.loads(json.dumps(kind.from_dict(manifest).to_dict(), default=str)) == manifest
    assert manifest["apiVersion"] == "trainer.kubeflow.org/v1alpha1"
    assert kind.__name__.endswith(manifest["kind"])


def test_the_trainjob_asks_for_what_the_runtime_has() -> None:
    assert JOB["spec"]["runtimeRef"]["kind"] == RUNTIME["kind"]
    assert JOB["spec"]["runtimeRef"]["name"] == RUNTIME["metadata"]["name"]
    assert JOB["spec"]["trainer"]["args"][::2] == ["--data"]
    assert CONTAINER["name"] == "node", "Trainer knows it by that name"
    assert NODES["name"] == "node"
    assert POD["metadata"]["labels"] == POLICY["spec"]["podSelector"]["matchLabels"]


def test_the_container_is_told_what_the_worker_reads() -> None:
    """What it reads beside that, Trainer and Kubernetes add."""
    read_there = set(re.findall(r"\$\{?([A-Z_]+)", WORKER.read_text()))
    told = {variable["name"] for variable in CONTAINER["env"]}
    added = {"JOB_COMPLETION_INDEX", "JAX_NUM_PROCESSES"}
    slurm = {name for name in read_there if name.startswith("SLURM_")}
    assert read_there - slurm - added - {"TF_CONFIG", "PYTHON"} <= told
    stage = (ROOT / "Dockerfile").read_text().partition("AS training")[2].partition("FROM")[0]
    assert f"deploy/training/{CONTAINER['command'][0]} /usr/local/bin/" in stage


def commands() -> list[list[str]]:
    text = "".join(BLOCKS).replace("\\\n", " ")
    return [shlex.split(line) for line in text.splitlines() if line]


def test_the_guide_names_files_and_options_that_there_are() -> None:
    files = [word for words in commands() for word in words if word.startswith("deploy/")]
    assert len(files) >= 5
    assert all((ROOT / name).is_file() for name in files)
    known = {option for parameter in TRAIN.params for option in parameter.opts}
    trainings = [words for words in commands() if "training" in words or "slurm" in str(words)]
    given = {
        word
        for words in trainings
        for word in words[words.index("train") if "train" in words else -2 :]
        if word.startswith("--")
    }
    assert given
    assert given <= known


def test_the_guides_workers_by_hand_are_the_two_of_one_cluster() -> None:
    told = [
        json.loads(words[1].removeprefix("TF_CONFIG="))
        for words in commands()
        if words[0] == "export"
    ]
    assert [it["task"]["index"] for it in told] == [0, 1]
    assert told[0]["cluster"] == told[1]["cluster"]
    assert len(told[0]["cluster"]["worker"]) == 2


def test_one_pod_that_fails_restarts_all_of_them() -> None:
    assert JOB_SET["failurePolicy"]["maxRestarts"] > 0
    assert NODES["template"]["spec"]["backoffLimit"] == 0
    assert POD["spec"]["restartPolicy"] == "Never"


def test_the_pods_are_reached_by_each_other_alone() -> None:
    pods = {"podSelector": {"matchLabels": POD["metadata"]["labels"]}}
    policy = POLICY["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["ingress"] == [{"from": [pods]}]
    each_other, names = policy["egress"]
    assert each_other == {"to": [pods]}
    assert {port["port"] for port in names["ports"]} == {53}


def test_a_misspelt_field_would_be_found() -> None:
    wrong = json.loads(json.dumps(RUNTIME))
    wrong["spec"]["template"]["spec"]["failurePolicy"] = {"maxRestart": 3}
    assert TrainerV1alpha1TrainingRuntime.from_dict(wrong).to_dict() != wrong


@pytest.mark.parametrize("version", VERSIONS)
def test_the_pods_and_the_policy_are_valid(version: str) -> None:
    spec = {**NODES["template"]["spec"], "completions": 2, "parallelism": 2}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "one"}, "spec": spec}
    kubernetes_validate.validate(job, version, strict=True)
    kubernetes_validate.validate(POLICY, version, strict=True)
