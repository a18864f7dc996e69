"""The pictures that go with the numbers; drawn without a screen."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

from training.data.samples import LABELS
from training.judging import metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def roc(labels: NDArray[np.int64], scores: NDArray[np.float64], path: Path) -> None:
    """Draw the receiver operating characteristic over all sources as a PNG."""
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes: Axes = figure.add_subplot()
    RocCurveDisplay.from_predictions(labels, scores, ax=axes, plot_chance_level=True)
    figure.savefig(path, dpi=120)


def confusion(labels: NDArray[np.int64], predicted: NDArray[np.int64], path: Path) -> None:
    """Draw the confusion matrix over all sources as a PNG."""
    figure = Figure(figsize=(4.5, 4), layout="constrained")
    axes: Axes = figure.add_subplot()
    ConfusionMatrixDisplay.from_predictions(
        labels, predicted, labels=[0, 1], display_labels=LABELS, ax=axes, colorbar=False
    )
    figure.savefig(path, dpi=120)


def reliability(labels: NDArray[np.int64], scores: NDArray[np.float64], path: Path) -> None:
    """Draw the share of fakes over the probability of fake, and how many pictures each has."""
    bins = metrics.reliability(labels == 1, scores)
    figure = Figure(figsize=(4.5, 5.5), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], "k--", label="perfect")
    upper.plot([b.chance for b in bins], [b.share for b in bins], "o-", label="detector")
    upper.set_ylabel("share of fakes")
    upper.legend()
    lower.hist(scores, metrics.BINS, (0, 1))
    lower.set(xlabel="probability of fake", ylabel="pictures")
    figure.savefig(path, dpi=120)
