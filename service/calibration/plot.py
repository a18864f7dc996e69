"""The scores and both thresholds as a picture; drawn without a screen."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from service.model.manifest import Thresholds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 40


def draw(
    path: Path,
    thresholds: Thresholds,
    real: NDArray[np.float32],
    fake: NDArray[np.float32] | None,
) -> None:
    """Write a PNG with the share of pictures over the score; scores are float32 ``[n]``, 0..1.

    Raises:
        OSError: it cannot be written.
    """
    figure = Figure(figsize=(7, 3.5), layout="constrained")
    axes: Axes = figure.add_subplot()
    named = [("real pictures", real, "tab:blue")]
    if fake is not None:
        named.append(("fakes", fake, "tab:red"))
    for name, scores, colour in named:
        weights = np.full(len(scores), 1 / len(scores))
        axes.hist(scores, BINS, range=(0, 1), weights=weights, label=name, color=colour, alpha=0.6)
    marked = (
        ("real below", thresholds.real_below, ":"),
        ("fake from", thresholds.fake_above, "--"),
    )
    for name, at, style in marked:
        axes.axvline(at, color="black", linestyle=style, label=f"{name} {at:.4f}")
    axes.set(xlabel="probability of fake", ylabel="share of pictures", xlim=(0, 1))
    axes.legend()
    figure.savefig(path, dpi=120, format="png")
