"""Prepared pictures without files behind them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.pixels import Pixels


def prepare(
    labels: NDArray[np.int64],
    sources: Sequence[str],
    images: NDArray[np.uint8] | None = None,
    landmarks: NDArray[np.float32] | None = None,
    changes: NDArray[np.int8] | None = None,
    groups: Sequence[str] | None = None,
) -> Pixels:
    """``Pixels`` of these, with nothing where nothing is given."""
    n = len(labels)
    return Pixels(
        images=np.zeros((n, 1, 1, 3), np.uint8) if images is None else images,
        edges=np.full(n, 1 if images is None else images.shape[1]),
        owners=np.arange(n),
        boxes=np.full((n, 4), np.nan, np.float32),
        landmarks=np.zeros((n, 5, 2), np.float32) if landmarks is None else landmarks,
        changes=np.zeros((n, 32, 32), np.int8) if changes is None else changes,
        labels=labels,
        sources=list(sources),
        families=list(sources),
        groups=[""] * n if groups is None else list(groups),
        files=[""] * n,
        skipped=[],
        fingerprint="",
    )
