"""How good a detector is on the test split: over all sources, and on each.

    python -m training evaluate --data DIR --model runs/20260101-120000-baseline_cnn
    python -m training evaluate --data DIR --model models/deepfake/1

A run and the artifact that is exported from it give the same figures.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.progress import track
from rich.table import Table
from sklearn.metrics import confusion_matrix, precision_score, recall_score, roc_auc_score

from training import calibrate, plots
from training.console import console
from training.dataset import ordered_batches
from training.errors import RunError
from training.pixels import Pixels, View, load_split, picture_scores
from training.recipes import find_recipe
from training.run import RUNS, Run
from training.signatures import Signatures

BATCH_SIZE = 64

Labels = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SourceMetrics:
    """Results on one source at the label's threshold 0.5; None where a class is missing."""

    real: int
    fake: int
    accuracy: float
    roc_auc: float | None
    precision: float | None
    recall: float | None
    confusion: dict[str, int]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Results on a split."""

    split: Literal["test"]
    overall: SourceMetrics
    by_source: dict[str, SourceMetrics]

    @classmethod
    def read(cls, folder: Path) -> "Evaluation":
        """Read what ``evaluate`` wrote into ``folder``."""
        content = json.loads((folder / "metrics.json").read_text())
        by_source = {name: SourceMetrics(**m) for name, m in content["by_source"].items()}
        return cls(content["split"], SourceMetrics(**content["overall"]), by_source)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is evaluated: what it sees, its signature, its owner, and where the results go."""

    view: View
    serve: Any
    owner: Any  # a loaded signature does not keep its own variables alive
    out: Path


def evaluate(model: Path, data: Path) -> Path:
    """Score the test split; write metrics.json and the plots; return their folder.

    The network is called as the service calls it. ``model`` is a training run's folder, or a
    version folder of an exported artifact.

    Raises:
        RunError: it is neither, or the run is unfinished.
        DataError: there is no usable test split.
    """
    subject = _open(model)
    pixels = load_split(data, "test", subject.view)
    scores = _score(subject, pixels)
    evaluation = measure(pixels.labels, scores, pixels.sources)
    out = subject.out
    out.mkdir(parents=True, exist_ok=True)
    (out / "metrics.json").write_text(json.dumps(asdict(evaluation), indent=2) + "\n")
    plots.roc(pixels.labels, scores, out / "roc.png")
    plots.confusion(pixels.labels, (scores >= 0.5).astype(np.int64), out / "confusion.png")
    return out


def measure(labels: Labels, scores: Scores, sources: list[str]) -> Evaluation:
    """Metrics from labels ``[n]`` (fake = 1), probabilities of fake ``[n]`` and source names."""
    names = np.array(sources)
    by_source = {
        str(name): _measure_one(labels[names == name], scores[names == name])
        for name in np.unique(names)
    }
    return Evaluation("test", _measure_one(labels, scores), by_source)


def table(evaluation: Evaluation) -> Table:
    """The results as a table for the terminal, one row a source."""
    columns = ("source", "real", "fake", "accuracy", "ROC AUC", "precision", "recall")
    rendered = Table(*columns, title="Test split, label at 0.5, fake is positive")
    rows = [*evaluation.by_source.items(), ("all", evaluation.overall)]
    for name, m in rows:
        shares = (m.accuracy, m.roc_auc, m.precision, m.recall)
        cells = ["-" if share is None else f"{share:.4f}" for share in shares]
        rendered.add_row(name, str(m.real), str(m.fake), *cells)
    return rendered


def _measure_one(labels: Labels, scores: Scores) -> SourceMetrics:
    predicted = (scores >= 0.5).astype(np.int64)
    real, fake = int((labels == 0).sum()), int((labels == 1).sum())
    matrix = confusion_matrix(labels, predicted, labels=[0, 1]).ravel().tolist()
    names = ("true_real", "false_fake", "false_real", "true_fake")
    both = real > 0 and fake > 0
    return SourceMetrics(
        real=real,
        fake=fake,
        accuracy=float((predicted == labels).mean()),
        roc_auc=float(roc_auc_score(labels, scores)) if both else None,
        precision=float(precision_score(labels, predicted)) if predicted.any() and both else None,
        recall=float(recall_score(labels, predicted)) if fake else None,
        confusion=dict(zip(names, matrix, strict=True)),
    )


def _open(model: Path) -> _Subject:
    if (model / "saved_model.pb").is_file():
        return _open_artifact(model)
    run = Run.open(model)
    signatures = Signatures(keras.models.load_model(run.best), calibrate.read(run).temperature)
    serve = tf.function(signatures.serving_default, input_signature=[signatures.input_spec])
    view = find_recipe(run.config.architecture).view
    return _Subject(view, serve, signatures, run.evaluation)


def _open_artifact(folder: Path) -> _Subject:
    try:
        saved_model = tf.saved_model.load(str(folder))
        serve = saved_model.signatures["serving_default"]
        manifest = json.loads((folder / "assets.extra" / "model.json").read_text())
        view = View(manifest["input_side"], manifest["crop_margin"])
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise RunError(f"{folder}: no artifact of this project: {error}") from error
    name, version = folder.resolve().parts[-2:]
    return _Subject(view, serve, saved_model, RUNS / "evaluation" / f"{name}-{version}")


def _score(subject: _Subject, pixels: Pixels) -> Scores:
    batches = track(ordered_batches(pixels, BATCH_SIZE), "Scoring", console=console)
    scores = [subject.serve(image=images)["fake_probability"].numpy() for images, _ in batches]
    return picture_scores(pixels, np.concatenate(scores))
