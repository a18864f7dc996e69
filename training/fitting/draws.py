"""What a layer says of the training pictures, an epoch of draws at a time, kept on disk.

A network that stays as it is below a layer has to see each draw only once. That takes most of the
time; what was interrupted goes on with the epoch that it was at, and a training without some
sources can take what another has seen, less what it is not to be shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.progress import track

from training.console import console
from training.fitting.kept import kept
from training.fitting.team import Team

Floats = NDArray[np.float32]
Rows = NDArray[np.void]  # of what was said and of which label


@dataclass(frozen=True, slots=True)
class Draws:
    """Training batches by epoch, and the folder for what is said of them.

    ``batches`` takes the number of an epoch and gives endless batches from its beginning on: uint8
    images ``[b, h, w, 3]`` and float32 labels ``[b]``; ``steps`` make an epoch of ``n`` draws.
    ``shown`` takes the number too: bool ``[n]``, the draws that the network may learn from. The
    team's processes take turns at the epochs.
    """

    batches: Callable[[int], tf.data.Dataset]
    steps: int
    shown: Callable[[int], NDArray[np.bool_]]
    team: Team
    folder: Path

    def images(self, steps: int) -> Iterator[NDArray[np.uint8]]:
        """Those of the first epoch's first steps that the network may learn from."""
        shown = self.shown(0)
        for images, _ in self.batches(0).take(min(steps, self.steps)):
            yield images.numpy()[shown[: len(images)]]
            shown = shown[len(images) :]

    def look(self, model: keras.Model, layer: str, epochs: int) -> None:
        """Keep what ``layer`` gives of each image in the first ``epochs``."""
        self.folder.mkdir(exist_ok=True)
        below = tf.function(keras.Model(model.input, model.get_layer(layer).output))
        for epoch in range(self.team.number, epochs, self.team.size):
            path = self._path(layer, epoch)
            kept(path, partial(self._look, below, epoch, path.stem))
        self.team.wait()

    def seen(self, layer: str, epochs: int, batch_size: int) -> "Seen":
        """What was kept of ``layer``."""
        rows = [np.load(self._path(layer, epoch), "r") for epoch in range(epochs)]
        return Seen(rows, [self.shown(epoch) for epoch in range(epochs)], batch_size)

    def _path(self, layer: str, epoch: int) -> Path:
        return self.folder / f"{layer}-{epoch}.npy"

    def _look(self, below: Callable[..., tf.Tensor], epoch: int, title: str) -> Rows:
        parts = []
        batches = self.batches(epoch).take(self.steps)
        for images, labels in track(batches, title, total=self.steps, console=console):
            parts.append(_rows(below(images, training=False).numpy(), labels.numpy()))
        return np.concatenate(parts)


def _rows(said: Floats, labels: Floats) -> Rows:
    """Half the disk, and finer than what is learnt from them."""
    fields = [("said", np.float16, said.shape[1:]), ("label", np.float32)]
    rows = np.empty(len(labels), fields)
    rows["said"], rows["label"] = said, labels
    return rows


class Seen(keras.utils.PyDataset):
    """Batches of what was said, float32 ``[b, d]``, and labels, in a new order each pass.

    It lies on disk, for it is larger than memory; ``shown`` has the draws to take of each epoch.
    """

    def __init__(
        self, kept: list[Rows], shown: list[NDArray[np.bool_]], batch_size: int, seed: int = 0
    ) -> None:
        super().__init__()
        self._kept = kept
        self._batch_size = batch_size
        self._generator = np.random.default_rng(seed)
        self._shown = shown
        places = [(epoch, row) for epoch, its in enumerate(shown) for row in np.flatnonzero(its)]
        self._places = self._generator.permutation(np.array(places))

    @property
    def first(self) -> Floats:
        """All of the first epoch."""
        return np.asarray(self._kept[0]["said"][self._shown[0]], np.float32)

    def __len__(self) -> int:
        """How many batches make a pass."""
        return -(-len(self._places) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Floats, Floats]:
        """The batch at ``index`` of this pass."""
        start = index * self._batch_size
        places = self._places[start : start + self._batch_size]
        rows = np.stack([self._kept[epoch][row] for epoch, row in places])
        return rows["said"].astype(np.float32), rows["label"]

    def on_epoch_end(self) -> None:
        """Shuffle."""
        self._generator.shuffle(self._places)
