"""The curves of a training; drawn without a screen."""

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(rows: list[dict[str, float]], path: Path) -> None:
    """Draw loss and accuracy over the epochs, training and validation, as a PNG."""
    figure = Figure(figsize=(9, 3.5), layout="constrained")
    epochs = range(1, len(rows) + 1)
    for position, name in enumerate(("loss", "accuracy"), start=1):
        column = name if name in rows[0] else f"fake_probability_{name}"  # with two outputs
        axes: Axes = figure.add_subplot(1, 2, position, xlabel="epoch", ylabel=name)
        axes.plot(epochs, [row[column] for row in rows], label="train")
        axes.plot(epochs, [row[f"val_{column}"] for row in rows], label="valid")
        axes.legend()
    figure.savefig(path, dpi=120)
