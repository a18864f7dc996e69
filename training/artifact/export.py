"""A finished run as an artifact: ``models/<name>/<version>/``, whole or absent.

python -m training export runs/20260101-120000-baseline_cnn --out models/deepfake
"""

import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from training.artifact import explain_graph
from training.artifact.signatures import Signatures
from training.data.samples import LABELS
from training.errors import RunError
from training.fitting import calibrate
from training.fitting.calibrate import Calibration
from training.fitting.recipes import find_recipe
from training.fitting.run import Run

WEIGHTS = Path("variables/variables.data-00000-of-00001")
MANIFEST = Path("assets.extra/model.json")
VERSION = re.compile("[1-9][0-9]*")


def export(run_folder: Path, metrics: dict[str, Any], out: Path) -> Path:
    """Write the run's best network under ``out`` as the next version; return its folder.

    ``metrics`` is how it did on the test split, as model.json has it. The version is written beside
    its place and renamed into it.

    Raises:
        RunError: ``run_folder`` is no finished run, or ``out`` can be no folder.
    """
    run = Run.open(run_folder)
    calibration = calibrate.read(run)
    signatures = Signatures(keras.models.load_model(run.best), calibration)
    writing = _folder_in(out)
    try:
        _write_graph(signatures, writing)
        number = _next_version(out)
        _write_manifest(writing, _manifest(run, calibration, metrics, out, number, writing))
        writing.chmod(0o755)  # mkdtemp's folder is its owner's alone; an artifact is for all
        os.rename(writing, out / str(number))  # noqa: PTH104  # fails where another export won
    finally:
        shutil.rmtree(writing, ignore_errors=True)
    return out / str(number)


def _folder_in(out: Path) -> Path:
    """A new folder in ``out``, which is made where there is none, as is what a link leads to."""
    try:
        out.resolve().mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=out, prefix=".writing-"))
    except OSError as error:
        raise RunError(f"{out}: {error.strerror}") from error


def _write_graph(signatures: Signatures, folder: Path) -> None:
    archive = keras.export.ExportArchive()  # tracks the variables that the functions use
    for function in (signatures.serving_default, signatures.explain):
        archive.add_endpoint(function.__name__, function, [signatures.input_spec])
    archive.write_out(str(folder), verbose=False)
    explain_graph.write(folder)


def _manifest(
    run: Run,
    calibration: Calibration,
    metrics: dict[str, Any],
    out: Path,
    number: int,
    graph: Path,
) -> dict[str, Any]:
    view = find_recipe(run.config.architecture).view
    return {
        "name": Path(os.path.abspath(out)).name,  # noqa: PTH100  # a link's own name
        "version": number,
        "architecture": run.config.architecture,
        "labels": list(LABELS),
        "input_side": view.side,
        "crop_margin": view.margin,
        "temperature": calibration.temperature,
        "bias": calibration.bias,
        "thresholds": {
            "fake_above": calibration.fake_above,
            "real_below": calibration.real_below,
        },
        "metrics": metrics,
        "study": None,
        "data_fingerprint": run.config.data_fingerprint,
        "code_version": _code_version(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "weights_sha256": hashlib.sha256((graph / WEIGHTS).read_bytes()).hexdigest(),
    }


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    path = folder / MANIFEST
    path.parent.mkdir()
    path.write_text(json.dumps(manifest, indent=2) + "\n")


def _next_version(out: Path) -> int:
    """The one after the highest version folder, unless something else has that name."""
    found = list(out.iterdir())
    versions = [int(it.name) for it in found if VERSION.fullmatch(it.name) and it.is_dir()]
    taken = {it.name for it in found}
    return next(n for n in itertools.count(max(versions, default=0) + 1) if str(n) not in taken)


def _code_version() -> str:
    """The package's version, and the commit where the code is a checkout."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        described = subprocess.run(  # noqa: S603
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return version("deepfake-detector")
    return f"{version('deepfake-detector')}+{described.stdout.strip()}"
