"""The Deployment's container, as it says: its image, its rights, its memory, its probes.

No cluster is needed for that: what the manifest says is said to Docker in its own words, and what
cannot be is an error.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.web import keys
from tests.container.test_container import compose, inside, run
from tests.deploy.kustomize import Manifest
from tests.deploy.test_kubernetes import OVERLAYS, container, pod

pytestmark = pytest.mark.container

POD, CONTAINER = pod(OVERLAYS["base"]), container(OVERLAYS["base"])
KEY = keys.new_key()
SECRET = {("deepfake-detector", "api-keys"): keys.digest(KEY)}
# What is the cluster's to do, and no right or limit of the container.
PROBES = ["startupProbe", "readinessProbe", "livenessProbe"]
CLUSTERS = {"name", "imagePullPolicy", "lifecycle", *PROBES}
SHARES_OF_A_CORE = 1024


def translated(manifests: list[Manifest], volumes: dict[str, Path]) -> list[str]:
    """The flags of `docker run` that say what the manifest says; ``volumes`` are folders here."""
    deployed = container(manifests)
    flags = [*rights({**pod(manifests)["securityContext"], **deployed["securityContext"]})]
    for part in set(deployed) - CLUSTERS - {"image", "securityContext"}:
        match part:
            case "ports":
                flags += [f"--publish=127.0.0.1::{it['containerPort']}" for it in deployed[part]]
            case "env":
                flags += [f"--env={it['name']}={of(it)}" for it in deployed[part]]
            case "resources":
                flags += resources(deployed[part])
            case "volumeMounts":
                flags += [mounted(it, volumes) for it in deployed[part]]
            case _:
                pytest.fail(f"it is not known what {part} is to Docker")
    return flags


def rights(context: dict[str, Any]) -> Iterator[str]:
    """The same for the security contexts of the pod and the container."""
    for word, value in context.items():
        match word, value:
            case "runAsUser", _:
                yield f"--user={value}:{context['runAsGroup']}"
            case "capabilities", {"drop": names}:
                yield from (f"--cap-drop={name}" for name in names)
            case "readOnlyRootFilesystem", True:
                yield "--read-only"
            case "allowPrivilegeEscalation", False:
                yield "--security-opt=no-new-privileges:true"
            case ("runAsGroup", _) | ("runAsNonRoot", True):
                pass  # the user says both
            case "seccompProfile", {"type": "RuntimeDefault"}:
                pass  # Docker's own is on
            case _:
                pytest.fail(f"it is not known what {word}: {value} is to Docker")


def of(variable: dict[str, Any]) -> str:
    """The value that the kubelet would give a variable."""
    if "value" in variable:
        return str(variable["value"])
    ((kind, source),) = variable["valueFrom"].items()
    if kind == "secretKeyRef":
        return SECRET[source["name"], source["key"]]
    kind, name = source["resource"].split(".")
    return str(ceil(float(CONTAINER["resources"][kind][name])))


def mounted(mount: dict[str, Any], volumes: dict[str, Path]) -> str:
    """A volume that may be read; of a right to write into one nothing is known here."""
    assert mount["readOnly"] is True
    return f"--volume={volumes[mount['name']]}:{mount['mountPath']}:ro"


def resources(asked: dict[str, dict[str, str]]) -> list[str]:
    """A limit of memory is one to Docker; a request of cores is a share, as it is to a kubelet."""
    (memory,) = asked["limits"].values()
    assert memory.endswith("Gi")
    limit = memory.replace("Gi", "g")
    shares = int(float(asked["requests"]["cpu"]) * SHARES_OF_A_CORE)
    return [f"--memory={limit}", f"--memory-swap={limit}", f"--cpu-shares={shares}"]


def probe(url: str, name: str) -> int | None:
    """The status that a probe of the manifest gets; None if nobody listens."""
    asked = CONTAINER[name]["httpGet"]
    assert asked["port"] == CONTAINER["ports"][0]["name"]
    try:
        return httpx.get(url + asked["path"], timeout=CONTAINER[name]["timeoutSeconds"]).status_code
    except httpx.TransportError:
        return None


@contextmanager
def starting(flags: list[str]) -> Iterator[tuple[str, str]]:
    """Id and address of a container, once its startup probe is content."""
    run(*compose(), "build", "detector")
    name = run("docker", "run", "--detach", *flags, CONTAINER["image"])
    try:
        port = run("docker", "port", name, str(CONTAINER["ports"][0]["containerPort"]))
        yield name, wait_for_startup(f"http://{port.splitlines()[0]}", name)
    finally:
        run("docker", "rm", "--force", name)


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[str, str]]:
    with starting(translated(OVERLAYS["base"], {})) as it:
        yield it


def wait_for_startup(url: str, name: str) -> str:
    """As a kubelet does: so often, and then no more."""
    for _ in range(CONTAINER["startupProbe"]["failureThreshold"]):
        if probe(url, "startupProbe") == 200:
            return url
        time.sleep(CONTAINER["startupProbe"]["periodSeconds"])
    pytest.fail("the startup probe failed: " + run("docker", "logs", name))


@pytest.mark.parametrize("name", PROBES)
def test_its_probes_are_content(name: str, started: tuple[str, str]) -> None:
    assert probe(started[1], name) == 200


def test_it_scores_for_who_has_the_secrets_key(started: tuple[str, str], face: bytes) -> None:
    url = f"{started[1]}/predict"
    assert httpx.post(url, files={"file": face}, timeout=60).status_code == 401
    answer = httpx.post(url, files={"file": face}, headers={"X-API-Key": KEY}, timeout=60)
    assert answer.json()["verdict"] in {"real", "uncertain", "fake"}


def test_it_has_the_rights_of_the_manifest_and_no_more(started: tuple[str, str]) -> None:
    status = inside(started[0], "cat /proc/1/status").stdout
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert set(fields["Uid"].split()) == {str(POD["securityContext"]["runAsUser"])}
    assert set(fields["Gid"].split()) == {str(POD["securityContext"]["runAsGroup"])}
    assert int(fields["CapEff"], 16) == 0
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
    written = inside(started[0], "touch /tmp/x")
    assert "Read-only file system" in written.stderr


def test_it_has_the_manifests_memory_and_cores(started: tuple[str, str]) -> None:
    (described,) = json.loads(run("docker", "inspect", started[0]))
    limit = CONTAINER["resources"]["limits"]["memory"]
    assert described["HostConfig"]["Memory"] == int(limit.removesuffix("Gi")) * 2**30
    cores = CONTAINER["resources"]["requests"]["cpu"]
    assert f"DEEPFAKE_CORES={cores}" in described["Config"]["Env"]


def test_what_is_idle_fits_its_request(started: tuple[str, str]) -> None:
    status = inside(started[0], "cat /proc/1/status").stdout
    resident = int(status.partition("VmRSS:")[2].split()[0]) * 1024
    request = CONTAINER["resources"]["requests"]["memory"]
    assert resident < int(request.removesuffix("Mi")) * 2**20


def test_it_ends_within_its_grace(started: tuple[str, str]) -> None:
    """Last, since it ends the container."""
    run("docker", "stop", "--time", str(POD["terminationGracePeriodSeconds"]), started[0])
    state = subprocess.check_output(
        ["docker", "inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}}", started[0]]
    )
    assert state.split() == [b"0", b"false"]
