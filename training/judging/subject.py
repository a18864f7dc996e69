"""A detector that is to be measured: a training run, or the artifact that was exported from it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.progress import track

from training.artifact.signatures import Signatures
from training.console import console
from training.data.dataset import ordered_batches
from training.data.decoding import View
from training.data.pixels import Pixels, picture_scores
from training.errors import RunError
from training.fitting import calibrate
from training.fitting.recipes import find_recipe
from training.fitting.run import Run
from training.judging.metrics import Scores
from training.places import RUNS

BATCH_SIZE = 64


@dataclass(frozen=True, slots=True)
class Subject:
    """What it sees, its two signatures, its thresholds, and where its results go."""

    name: str
    view: View
    serving_default: Any
    explain: Any
    owner: Any  # a loaded signature does not keep its own variables alive
    fake_above: float
    real_below: float
    out: Path

    def score(self, pixels: Pixels) -> Scores:
        """Probability of fake by picture, as the service computes it: float64 ``[n]``."""
        batches = track(ordered_batches(pixels, BATCH_SIZE), "Scoring", console=console)
        scores = [
            self.serving_default(image=images)["fake_probability"].numpy() for images, _ in batches
        ]
        return picture_scores(pixels, np.concatenate(scores)).astype(np.float64)

    def heatmaps(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Float32 ``[n, h, w]`` in 0..1 of uint8 RGB ``[n, side, side, 3]``."""
        batches = [
            images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)
        ]
        return np.concatenate(
            [self.explain(image=tf.constant(batch))["heatmap"].numpy() for batch in batches]
        )


def open_subject(model: Path) -> Subject:
    """Open a finished run's folder, or a version folder of an artifact.

    Raises:
        RunError: it is neither, or the run is unfinished.
    """
    if (model / "saved_model.pb").is_file():
        return _open_artifact(model)
    run = Run.open(model)
    calibration = calibrate.read(run)
    signatures = Signatures(keras.models.load_model(run.best), calibration)
    serve, explain = (
        tf.function(function, input_signature=[signatures.input_spec])
        for function in (signatures.serving_default, signatures.explain)
    )
    return Subject(
        name=run.config.architecture,
        view=find_recipe(run.config.architecture).view,
        serving_default=serve,
        explain=explain,
        owner=signatures,
        fake_above=calibration.fake_above,
        real_below=calibration.real_below,
        out=run.evaluation,
    )


def _open_artifact(folder: Path) -> Subject:
    try:
        saved_model = tf.saved_model.load(str(folder))
        manifest = json.loads((folder / "assets.extra" / "model.json").read_text())
        name, version = folder.absolute().parts[-2:]
        return Subject(
            name=f"{manifest['architecture']}, version {version}",
            view=View(manifest["input_side"], manifest["crop_margin"]),
            serving_default=saved_model.signatures["serving_default"],
            explain=saved_model.signatures["explain"],
            owner=saved_model,
            fake_above=manifest["thresholds"]["fake_above"],
            real_below=manifest["thresholds"]["real_below"],
            out=RUNS / "evaluation" / f"{name}-{version}",
        )
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise RunError(f"{folder}: no artifact of this project: {error}") from error
