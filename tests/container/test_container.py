"""The image as it is deployed: `docker-compose up`, one request, and what the process may do."""

import ast
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from service.model.loaded import Model
from service.pictures import faces, imaging
from tests.conftest import ROOT
from tests.pictures import PORTRAIT, encode

pytestmark = pytest.mark.container

URL = "http://127.0.0.1:8000"


def compose() -> list[str]:
    """Compose as a plugin, or the program of its own that came before."""
    plugin = ["docker", "compose"]
    known = subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode == 0
    return plugin if known else ["docker-compose"]


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def container() -> Iterator[str]:
    """The id of the running container, up from a clean build, down again afterwards."""
    if shutil.which("docker") is None:
        pytest.fail("there is no docker on the PATH")
    os.environ.setdefault("DOCKER_BUILDKIT", "1")
    run(*compose(), "up", "--detach", "--build")
    try:
        wait_until_healthy(name := run(*compose(), "ps", "--quiet", "detector"))
        yield name
    finally:
        run(*compose(), "down")


def wait_until_healthy(name: str) -> None:
    for _ in range(120):
        state = run("docker", "inspect", "--format", "{{.State.Health.Status}}", name)
        if state == "healthy":
            return
        time.sleep(1)
    pytest.fail(f"the health check says {state}: " + run("docker", "logs", name))


def inside(container: str, script: str, user: str = "10001") -> subprocess.CompletedProcess[str]:
    command = ["docker", "exec", "--user", user, container, "sh", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_answers_through_the_published_port(container: str, face: bytes, model: Model) -> None:
    assert container
    answer = httpx.post(f"{URL}/predict", files={"file": face}, timeout=60).json()
    assert answer["model"] == {"name": "deepfake", "version": model.manifest.version}
    margin, side = model.manifest.crop_margin, model.manifest.input_side
    _, shown = faces.look(imaging.decode(face).pixels, faces.FaceFinder(), margin, side)
    assert abs(answer["fake_probability"] - float(model.score(shown)[0])) <= 1e-6


def test_it_reads_what_telephones_send(container: str) -> None:
    assert container
    files = {"file": encode(PORTRAIT, "HEIF")}
    assert httpx.post(f"{URL}/predict", files=files, timeout=60).json()["image"]["format"] == "HEIF"


def test_it_runs_as_nobody_in_particular(container: str) -> None:
    status = inside(container, "cat /proc/1/status").stdout
    assert "Uid:\t10001\t10001\t10001\t10001\n" in status


@pytest.mark.parametrize("path", ["/app", "/tmp", "/opt/venv", "/home"])
def test_nothing_can_be_written(container: str, path: str) -> None:
    written = inside(container, f"touch {path}/x")
    assert written.returncode != 0
    assert "Read-only file system" in written.stderr


def test_it_has_no_capabilities_and_can_gain_none(container: str) -> None:
    status = inside(container, "cat /proc/1/status").stdout
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == 0
    assert fields["NoNewPrivs"] == "1"


@pytest.mark.parametrize("tool", ["gcc", "cc", "make", "uv", "git"])
def test_no_build_tool_is_left(container: str, tool: str) -> None:
    assert inside(container, f"command -v {tool}").returncode != 0


def test_no_cache_and_no_training_code_is_left(container: str) -> None:
    search = "find / -xdev -type d '(' -name .cache -o -path /src ')' 2>/dev/null"
    found = inside(container, search, user="0")
    assert found.stdout == ""
    assert "ModuleNotFoundError" in inside(container, "python -c 'import training'").stderr


def test_what_is_installed_is_listed(container: str) -> None:
    listed = json.loads(inside(container, "cat /opt/venv/sbom.json").stdout)
    assert listed["bomFormat"] == "CycloneDX"
    names = "from importlib.metadata import distributions as d; print([x.name for x in d()])"
    installed = ast.literal_eval(inside(container, f"python -c '{names}'").stdout)
    assert {part["name"] for part in listed["components"]} == set(installed)
    assert {"tensorflow_cpu", "pillow", "fastapi", "deepfake-detector"} <= set(installed)
    assert "tensorflow" not in installed


def test_what_is_installed_fits_together(container: str) -> None:
    checked = inside(container, "/usr/local/bin/pip --python /opt/venv/bin/python check")
    assert checked.stdout == "No broken requirements found.\n"


def test_it_is_no_larger_than_it_is_said_to_be(container: str) -> None:
    image = run("docker", "inspect", "--format", "{{.Image}}", container)
    assert int(run("docker", "image", "inspect", "--format", "{{.Size}}", image)) <= 1.5e9


def test_it_stops_when_told_and_says_so(container: str, face: bytes) -> None:
    """Last, since it stops the container."""
    assert httpx.post(f"{URL}/predict", files={"file": face}, timeout=60).status_code == 200
    run("docker", "stop", "--time", "20", container)
    state = run("docker", "inspect", "--format", "{{.State.ExitCode}}", container)
    assert state == "0"
