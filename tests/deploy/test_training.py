"""Trainings under Kubeflow Trainer: manifests that fit the worker, and the guide to them."""

import json
import re
import shlex
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml
from kubeflow_trainer_api.models import TrainerV1alpha1TrainingRuntime, TrainerV1alpha1TrainJob

from tests.conftest import ROOT
from tests.deploy.test_kubernetes import VERSIONS
from tests.deploy.test_worker import FOLDER, WORKER
from training.cli import app

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
