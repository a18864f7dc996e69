"""Several devices in one process come to what one comes to."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from training.fitting.run import Run

pytestmark = pytest.mark.slow

TOLERANCE = 1e-3  # of the losses and accuracies of an epoch
EPOCHS = 2


def run_on(devices: int, module: str, *arguments: str | Path, cwd: Path) -> str:
    """What the module prints where there are so many devices."""
    command = [sys.executable, "-m", "tests.devices", str(devices), module, *map(str, arguments)]
    environment = {"PATH": "", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, np.ndarray]]:
    """What the toy came to, by the number of devices."""
    folder = tmp_path_factory.mktemp("toys")
    results = {}
    for devices in (1, 2, 3):
        run_on(devices, "tests.training.toy_training", f"{devices}.npz", cwd=folder)
        with np.load(folder / f"{devices}.npz") as kept:
            results[devices] = dict(kept)
    return results


@pytest.mark.parametrize("devices", [2, 3])
def test_weights_and_history_are_those_of_one(
    devices: int, toys: dict[int, dict[str, np.ndarray]]
) -> None:
    """Though shares differ in length, one is empty, and gradients are clipped."""
    assert toys[devices].pop("devices") == devices
    for name, array in toys[devices].items():
        assert np.allclose(array, toys[1][name], atol=1e-5), name


def test_training_takes_all_devices_and_comes_to_the_same_curve(
    trained_run: Path, dataset: Path, tmp_path: Path
) -> None:
    arguments = ("train", "--data", dataset, "--epochs", str(EPOCHS))
    printed = run_on(2, "training", *arguments, cwd=tmp_path)
    rows = Run.open(tmp_path / printed.splitlines()[-1]).read_history()
    assert rows == [
        {name: pytest.approx(value, abs=TOLERANCE) for name, value in row.items()}
        for row in Run.open(trained_run).read_history()[:EPOCHS]
    ]
