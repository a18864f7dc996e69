"""The slim image: without TensorFlow it gives the answers that the other one gives."""

import ast
import base64
import io
import json
import time
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from PIL import Image

from service.model.loaded import Model
from service.pictures import faces, imaging
from tests.conftest import ROUNDING
from tests.container.test_container import inside, run, wait_until_healthy

pytestmark = pytest.mark.container

IMAGE = "deepfake-detector:slim"
RIGHTS = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"]
OF_TENSORFLOW = ["tensorflow", "keras", "h5py", "clang", "grpc"]


@pytest.fixture(scope="module")
def container() -> Iterator[str]:
    """Its id, once it is healthy."""
    run("docker", "build", "--target", "slim", "--tag", IMAGE, ".")
    ask = ["--env=DEEPFAKE_ANONYMOUS=true", "--publish=127.0.0.1::8000"]
    name = run("docker", "run", "--detach", *RIGHTS, *ask, IMAGE)
    try:
        wait_until_healthy(name)
        yield name
    finally:
        run("docker", "rm", "--force", name)


@pytest.fixture
def url(container: str) -> str:
    return "http://" + run("docker", "port", container, "8000").splitlines()[0]


def test_it_gives_the_models_answer(url: str, face: bytes, model: Model) -> None:
    answer = httpx.post(f"{url}/predict", files={"file": face}, timeout=60).json()
    assert answer["model"] == {"name": "deepfake", "version": model.manifest.version}
    margin, side = model.manifest.crop_margin, model.manifest.input_side
    _, shown = faces.look(imaging.decode(face).pixels, faces.FaceFinder(), margin, side)
    assert abs(answer["fake_probability"] - float(model.score(shown)[0])) <= ROUNDING


def test_it_gives_the_models_heatmap(url: str, face: bytes, model: Model) -> None:
    answer = httpx.post(f"{url}/predict?explain=true", files={"file": face}, timeout=60).json()
    (heatmap,) = answer["heatmaps"]
    given = np.asarray(Image.open(io.BytesIO(base64.b64decode(heatmap["png"]))), np.int16)
    margin, side = model.manifest.crop_margin, model.manifest.input_side
    _, shown = faces.look(imaging.decode(face).pixels, faces.FaceFinder(), margin, side)
    assert np.abs(given - 255 * model.explain(shown)["heatmap"][0]).max() <= 1


@pytest.mark.parametrize("module", OF_TENSORFLOW)
def test_nothing_of_tensorflow_is_in_it(container: str, module: str) -> None:
    assert "ModuleNotFoundError" in inside(container, f"python -c 'import {module}'").stderr


def test_what_is_installed_fits_together_and_is_listed(container: str) -> None:
    checked = inside(container, "/usr/local/bin/pip --python /opt/venv/bin/python check")
    assert checked.stdout == "No broken requirements found.\n"
    listed = json.loads(inside(container, "cat /opt/venv/sbom.json").stdout)
    names = "from importlib.metadata import distributions as d; print([x.name for x in d()])"
    installed = ast.literal_eval(inside(container, f"python -c '{names}'").stdout)
    assert {part["name"] for part in listed["components"]} == set(installed)
    assert {"openvino", "deepfake-detector"} <= set(installed)


def test_it_is_no_larger_than_it_is_said_to_be(container: str) -> None:
    image = run("docker", "inspect", "--format", "{{.Image}}", container)
    assert int(run("docker", "image", "inspect", "--format", "{{.Size}}", image)) <= 1.0e9


def test_it_takes_little_memory(container: str, url: str, face: bytes) -> None:
    for _ in range(8):
        httpx.post(f"{url}/predict?explain=true", files={"file": face}, timeout=60)
    status = inside(container, "cat /proc/1/status").stdout
    assert int(status.partition("VmHWM:")[2].split()[0]) * 1024 <= 500 * 2**20


def test_nothing_is_compiled_at_a_start(container: str) -> None:
    counts = "find /opt/venv -name '*.py' | wc -l; find /opt/venv -name '*.pyc' | wc -l"
    sources, compiled = map(int, inside(container, counts).stdout.split())
    assert sources == compiled > 0


def test_it_starts_in_seconds(container: str) -> None:
    """Again, where all of it has been read before; far more than it takes on an idle machine."""
    began = time.monotonic()
    run("docker", "restart", container)
    wait_until_ready(container, began + 15)


def wait_until_ready(container: str, deadline: float) -> None:
    while time.monotonic() < deadline:
        address = "http://" + run("docker", "port", container, "8000").splitlines()[0]
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("it is not ready: " + run("docker", "logs", container))
