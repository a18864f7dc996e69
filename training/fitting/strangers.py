"""What networks say of pictures whose families and sources they were not shown.

Each of several networks, the folds, was taught without some families of fakes and some sources of
real pictures. What it says of those is what it would say of a stranger's pictures (Wolpert 1992,
"Stacked Generalization").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.pixels import Pixels
from training.fitting.calibrate import Calibration, fit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Strangers:
    """All ``n`` pictures of a data set, and the logits that ``k`` folds give them.

    ``labels`` int64 ``[n]`` (fake = 1), ``families`` and ``sources`` str ``[n]``; ``in_test`` bool
    ``[n]``: they are of the test split; ``logits`` float64 ``[k, n]``; ``left_out`` bool
    ``[k, n]``: the fold was not shown the picture's source. Each picture is left out by one.
    """

    labels: NDArray[np.int64]
    families: NDArray[np.str_]
    sources: NDArray[np.str_]
    in_test: Flags
    logits: Floats
    left_out: Flags

    @classmethod
    def of(
        cls, pixels: Pixels, in_test: Flags, logits: Floats, without: Sequence[frozenset[str]]
    ) -> "Strangers":
        """Of prepared pictures; ``without`` are the sources that each fold was not shown."""
        sources = np.array(pixels.sources)
        left_out = np.stack([np.isin(sources, sorted(its)) for its in without])
        return cls(pixels.labels, np.array(pixels.families), sources, in_test, logits, left_out)

    @property
    def fold(self) -> NDArray[np.int64]:
        """For each picture the first fold that was not shown its source: int64 ``[n]``."""
        return np.asarray(self.left_out.argmax(axis=0), np.int64)

    @property
    def logit(self) -> Floats:
        """What that fold says of it: float64 ``[n]``."""
        return np.asarray(np.take_along_axis(self.logits, self.fold[None], axis=0)[0])

    def calibration(self, chosen: Flags) -> Calibration:
        """Fitted on those of the pictures, both labels among them, as strangers."""
        return fit(self.logit[chosen], self.labels[chosen])
