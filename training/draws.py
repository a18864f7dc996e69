"""What a layer says of the training pictures, an epoch of draws at a time, kept on disk.

A network that stays as it is below a layer has to see each draw only once. That takes most of the
time; what was interrupted goes on with the epoch that it was at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.progress import track

from training.console import console
from training.team import Team

Halves = NDArray[np.float16]  # half of the memory, and finer than what is learnt from them
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Draws:
    """Training batches by epoch.

    ``batches`` takes the number of an epoch and gives endless batches from its beginning on: uint8
    images ``[b, h, w, 3]`` and float32 labels ``[b]``; ``steps`` make an epoch. The team's
    processes take turns at the epochs.
    """

    batches: Callable[[int], tf.data.Dataset]
    steps: int
    team: Team

    def look(self, model: keras.Model, layer: str, epochs: int, folder: Path) -> None:
        """Keep in ``folder`` what ``layer`` gives of each image in the first ``epochs``."""
        folder.mkdir(exist_ok=True)
        below = tf.function(keras.Model(model.input, model.get_layer(layer).output))
        for epoch in range(self.team.number, epochs, self.team.size):
            path = folder / f"{layer}-{epoch}.npz"
            if not path.exists():
                self._keep(below, epoch, path)
        self.team.wait()

    def _keep(self, below: Callable[..., tf.Tensor], epoch: int, path: Path) -> None:
        said, labels = self._look(below, epoch, path.stem)
        writing = path.with_suffix(".writing.npz")
        np.savez(writing, said=said, labels=labels)
        writing.replace(path)

    def _look(
        self, below: Callable[..., tf.Tensor], epoch: int, title: str
    ) -> tuple[Halves, Floats]:
        said, all_labels = [], []
        batches = self.batches(epoch).take(self.steps)
        for images, labels in track(batches, title, total=self.steps, console=console):
            said.append(below(images, training=False).numpy().astype(np.float16))
            all_labels.append(labels.numpy())
        return np.concatenate(said), np.concatenate(all_labels)


def seen(layer: str, epochs: int, folder: Path) -> tuple[Halves, Floats]:
    """What was kept of ``layer``, and the labels."""
    parts = [_read(folder / f"{layer}-{epoch}.npz") for epoch in range(epochs)]
    said, labels = zip(*parts, strict=True)
    return np.concatenate(said), np.concatenate(labels)


def _read(path: Path) -> tuple[Halves, Floats]:
    with np.load(path) as kept:
        return kept["said"], kept["labels"]
