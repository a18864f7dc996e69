"""What networks say of pictures whose families and sources they were not shown.

Each of several networks, the folds, was taught without some families of fakes and some sources of
real pictures. What it says of those is what it would say of a stranger's pictures (Wolpert 1992,
"Stacked Generalization").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.decoding import View
from training.data.layout import SPLITS
from training.data.pixels import CACHE, Pixels, load_pixels
from training.data.samples import every_sample, find_samples
from training.errors import RunError
from training.fitting.calibrate import Calibration, Scored, fit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pictures:
    """All of a data set as the service would show them; their split, ``train`` and the like, str
    ``[n]``."""

    pixels: Pixels
    splits: NDArray[np.str_]

    @classmethod
    def load(cls, data: Path, view: View) -> "Pictures":
        """Of all its splits.

        Raises:
            DataError: they cannot be read, or there is no test split.
        """
        pixels = load_pixels(every_sample(data), view, CACHE)
        split = {
            str(sample.path): split for split in SPLITS for sample in find_samples(data, split)
        }
        return cls(pixels, np.array([split[file] for file in pixels.files]))


@dataclass(frozen=True, slots=True)
class Strangers:
    """All ``n`` pictures of a data set, and the logits that ``k`` folds give them.

    ``labels`` int64 ``[n]`` (fake = 1), ``families``, ``sources`` and ``splits`` str ``[n]``;
    ``logits`` float64 ``[k, n]``; ``left_out`` bool ``[k, n]``: the fold was not shown the
    picture's source. Each picture is left out by one.
    """

    labels: NDArray[np.int64]
    families: NDArray[np.str_]
    sources: NDArray[np.str_]
    splits: NDArray[np.str_]
    logits: Floats
    left_out: Flags

    @classmethod
    def of(
        cls, pictures: "Pictures", logits: Sequence[Floats], without: Sequence[frozenset[str]]
    ) -> "Strangers":
        """What each fold says, and the sources that it was not shown.

        Raises:
            RunError: some pictures are of sources that every fold was shown.
        """
        pixels = pictures.pixels
        sources = np.array(pixels.sources)
        left_out = np.stack([np.isin(sources, sorted(its)) for its in without])
        known = sources[~left_out.any(axis=0)]
        if len(known):
            raise RunError(f"{known[0]}: was left out of no fold; are there folds to come?")
        families = np.array(pixels.families)
        return cls(pixels.labels, families, sources, pictures.splits, np.stack(logits), left_out)

    @property
    def in_test(self) -> Flags:
        """Which pictures are of the test split: bool ``[n]``."""
        return np.asarray(self.splits == "test")

    @property
    def fold(self) -> NDArray[np.int64]:
        """For each picture the first fold that was not shown its source: int64 ``[n]``."""
        return np.asarray(self.left_out.argmax(axis=0), np.int64)

    @property
    def logit(self) -> Floats:
        """What that fold says of it: float64 ``[n]``."""
        return np.asarray(np.take_along_axis(self.logits, self.fold[None], axis=0)[0])

    def calibration(self, chosen: Flags) -> Calibration:
        """Fitted on those of the pictures: all as strangers, and the validation's as what the folds
        that were shown their sources say of them. Both must have both labels."""
        return fit(self._known(chosen), self._strange(chosen))

    def _known(self, chosen: Flags) -> Scored:
        shown = ~self.left_out & chosen & (self.splits == "valid")
        _, pictures = np.nonzero(shown)
        return Scored(self.logits[shown], self.labels[pictures], self.sources[pictures])

    def _strange(self, chosen: Flags) -> Scored:
        return Scored(self.logit[chosen], self.labels[chosen], self.sources[chosen])
