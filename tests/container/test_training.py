"""Pods of a training as runtime.yaml says, by Docker: their image, rights and names."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.container.test_container import run
from tests.container.test_manifests import rights
from tests.deploy.test_training import CONTAINER, JOB, POD
from tests.deploy.test_worker import TRAINER
from tests.pictures import write_dataset
from training.fitting.run import Run

pytestmark = pytest.mark.container

EPOCHS = 4
NETWORK = "deepfake-training"
PODS = [f"{TRAINER['JOB_NAME']}-{number}" for number in range(2)]


@pytest.fixture(scope="module")
def image() -> str:
    """As the guide builds it."""
    name: str = CONTAINER["image"]
    run("docker", "build", "--target", "training", "--tag", name, ".")
    return name


@pytest.fixture
def network() -> Iterator[str]:
    """One in which pods find each other by name; without what ran in it, afterwards."""
    run("docker", "network", "create", "--internal", NETWORK)
    try:
        yield NETWORK
    finally:
        subprocess.run(["docker", "rm", "--force", *PODS], capture_output=True, check=False)
        run("docker", "network", "rm", NETWORK)


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """The volume, which whoever the pods run as may write."""
    write_dataset(tmp_path / "storage" / "faces")
    (tmp_path / "storage").chmod(0o777)
    return tmp_path / "storage"


def start(number: int, image: str, network: str, storage: Path) -> None:
    """A pod, which JobSet gives the name of its Job, its number, and the JobSet as subdomain."""
    context = {**POD["spec"]["securityContext"], **CONTAINER["securityContext"]}
    del context["fsGroup"]  # the folder lets all write
    run(
        *("docker", "run", "--detach", f"--name={PODS[number]}", f"--network={network}"),
        f"--network-alias={PODS[number]}.{TRAINER['JOBSET_NAME']}",
        *rights(context),
        *(flag for it in CONTAINER["volumeMounts"] for flag in mounted(it, storage)),
        *(f"--env={name}={value}" for name, value in told(number).items()),
        image,
        *CONTAINER["command"],
        *JOB["spec"]["trainer"]["args"],
        f"--epochs={EPOCHS}",
    )


def told(number: int) -> dict[str, str]:
    """What the manifest says, and what Trainer and Kubernetes add."""
    of_the_cluster = {**TRAINER, "JOB_COMPLETION_INDEX": str(number)}
    said = {it["name"]: it["value"] for it in CONTAINER["env"] if "value" in it}
    job_set = TRAINER["JOBSET_NAME"]
    return {
        **of_the_cluster,
        **{name: value.replace("$(JOBSET_NAME)", job_set) for name, value in said.items()},
    }


def mounted(mount: dict[str, Any], storage: Path) -> list[str]:
    if mount["name"] == "storage":
        return [f"--volume={storage}:{mount['mountPath']}"]
    if mount["mountPath"] == "/dev/shm":
        return []  # Docker has it
    return [f"--tmpfs={mount['mountPath']}"]


def wait_for_epoch(storage: Path) -> Path:
    """The run's folder, once its first epoch is over."""
    for _ in range(1200):
        for run_folder in (storage / TRAINER["JOBSET_NAME"]).glob("runs/*-baseline_cnn"):
            if Run.open(run_folder).read_history():
                return run_folder
        time.sleep(0.1)
    pytest.fail("no epoch: " + run("docker", "logs", PODS[0]))


def test_pods_find_each_other_and_go_on_after_one_was_killed(
    image: str, network: str, storage: Path
) -> None:
    start(1, image, network, storage)
    time.sleep(5)  # it looks for a chief whose name nobody knows yet
    start(0, image, network, storage)
    folder = wait_for_epoch(storage)
    run("docker", "kill", PODS[1])
    assert run("docker", "wait", PODS[0]) == "1"
    assert 0 < len(Run.open(folder).read_history()) < EPOCHS, "it was killed midway"

    run("docker", "rm", *PODS)
    for number in range(2):
        start(number, image, network, storage)
    assert run("docker", "wait", *PODS).split() == ["0", "0"]
    assert len(Run.open(folder).read_history()) == EPOCHS
    assert len(list(folder.parent.glob("*-baseline_cnn"))) == 1
