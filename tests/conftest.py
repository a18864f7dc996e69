"""Real parts for all tests: the shipped artifact, a running server, a trained and exported run."""

import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from filelock import FileLock

from tests.owned import write_own
from tests.pictures import PORTRAIT, encode, write_dataset
from tests.programs import ROOT as ROOT
from tests.programs import Program, run
from tests.signed import anchors

# TensorFlow takes seconds to import: not here, which pytest reads before it starts its workers.
if TYPE_CHECKING:
    from service.model.loaded import Model
    from service.pictures.faces import FaceFinder
    from service.scoring.detector import Detector

ARTIFACT = ROOT / "models" / "deepfake"
(SHIPPED,) = ARTIFACT.iterdir()
BIN = Path(sys.executable).parent

# Between two scores of the same pixels. The network sums in float32, in another order when others
# are in the batch; the calibration makes what that changes larger (up to 3.7e-6 has been seen).
ROUNDING = 1e-5

# A shell lets what it runs in the background ignore Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# As in training/__main__.py: a twentieth of the time.
gc.set_threshold(100_000, 20, 100)
gc.disable()  # until all test files are imported: it would find nothing and take seconds


def pytest_collection_finish() -> None:
    """What is there by now stays, and is not looked through again."""
    gc.freeze()
    gc.enable()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(
    url: str, process: Program | subprocess.Popen[bytes], seconds: float = 120
) -> None:
    deadline = time.monotonic() + seconds
    with httpx.Client() as client:  # a new one for each try would take half a core from the start
        while time.monotonic() < deadline:
            assert process.poll() is None, "the server ended before it was ready"
            try:
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    pytest.fail(f"{url} was not ready within {seconds} s")


@contextmanager
def running_server(
    stop: signal.Signals = signal.SIGTERM,
    log: Path | None = None,
    port: int | None = None,
    before: str = "",
    **environment: str,
) -> Iterator[str]:
    """A real `deepfake serve` on a free port; yields its address; checks that it ends well.

    It takes ``port`` if there is one; all that it prints goes to ``log``. The code ``before``
    is run in its process first.
    """
    port = port or free_port()
    words = ("serve", "--port", str(port))
    server = Program(
        "deepfake", *words, stdout=log, stderr=log, before=before, environment=environment
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(stop)
        status = server.wait(30)
    assert status == 0


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the authority above who signs in tests.signed, to be an anchor."""
    return anchors(tmp_path_factory.mktemp("trusted"))


@pytest.fixture(scope="session")
def server(trusted: Path) -> Iterator[str]:
    """The shipped service, as a user starts it who trusts one authority more."""
    with running_server(DEEPFAKE_TRUST_ANCHORS=str(trusted)) as url:
        yield url


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model folder of a toy, which is loaded in a fraction of the shipped one's time."""
    from tests import toy

    folder = tmp_path_factory.mktemp("toys") / "cold"
    toy.write(folder, SHIPPED)
    return folder


@pytest.fixture(scope="module")
def toy_served(toys: Path) -> Iterator[None]:
    """Programs that are started serve the toy: for tests of what does not depend on the model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPFAKE_MODEL", str(toys))
        yield


@pytest.fixture(scope="session")
def own_thresholds(toys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Own thresholds for the toy, of pictures that score up to 0.6."""
    return write_own(tmp_path_factory.mktemp("own") / "thresholds.json", toys, highest=0.6)


@pytest.fixture(scope="session")
def own_server(toys: Path, own_thresholds: Path) -> Iterator[str]:
    """The toy's service, judging by them."""
    own = str(own_thresholds)
    with running_server(DEEPFAKE_MODEL=str(toys), DEEPFAKE_THRESHOLDS=own) as url:
        yield url


@pytest.fixture(scope="session")
def model() -> "Model":
    from service.model.loaded import Model

    return Model.latest(ARTIFACT)


@pytest.fixture(scope="session")
def finder() -> "FaceFinder":
    """Each thread's network takes a quarter of a second to make."""
    from service.pictures.faces import FaceFinder

    return FaceFinder()


@pytest.fixture(scope="session")
def detector(model: "Model", trusted: Path) -> "Detector":
    from service.scoring.detector import Detector

    return Detector(model, anchors=trusted.read_text())


@pytest.fixture(scope="session")
def whole_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped network, told by its model.json to look at whole pictures."""
    folder = tmp_path_factory.mktemp("models") / "deepfake"
    path = shutil.copytree(SHIPPED, folder / SHIPPED.name) / "assets.extra" / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "crop_margin": None}))
    return folder


@pytest.fixture(scope="session")
def face() -> bytes:
    """A JPEG of a portrait that may be shown."""
    return encode(PORTRAIT, quality=92)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("dataset"))


def run_training(
    *arguments: str | Path, cwd: Path, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """`python -m training …` in the folder `cwd`."""
    return run("training", *arguments, cwd=cwd, check=check)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder with what ``make`` leaves in one.

    Of several workers the first makes it, and each has a copy of its own.
    """
    base = factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{made}.lock"):
        if not made.exists():
            made.mkdir()
            make(made)
    return Path(shutil.copytree(made, factory.mktemp(name), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def trained_run(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run on `dataset`, trained without interruption."""

    def make(folder: Path) -> None:
        run_training("train", "--data", dataset, "--epochs", "8", cwd=folder)

    (run,) = (made_once(tmp_path_factory, "trained", make) / "runs").glob("*-baseline_cnn")
    return run


@pytest.fixture(scope="session")
def default_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the default network, an epoch; its data and weights lie two above."""

    def make(folder: Path) -> None:
        import keras

        data = write_dataset(folder / "faces", train=16, other=4)
        weights = folder / "backbone.weights.h5"
        keras.applications.MobileNetV2(include_top=False, weights=None).save_weights(weights)
        what = ("--data", data, "--architecture", "texture_mobilenet", "--weights", weights)
        run_training("train", *what, "--epochs", "1", cwd=folder)

    (run,) = (made_once(tmp_path_factory, "default", make) / "runs").glob("*-texture_mobilenet")
    return run


@pytest.fixture(scope="session")
def exported(trained_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The version folder that the run was exported to."""
    out = tmp_path_factory.mktemp("models") / "tiny"
    run_training("export", trained_run, "--out", out, cwd=trained_run.parent.parent)
    return out / "1"
