"""What speaks against a folder's being what it was said to be: real pictures of one kind."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from service.calibration.collected import Collected
from service.model.manifest import Manifest

# Between cumulative shares: what other cameras and motifs make of it, beyond what chance does.
FAR = 0.15
BY_CHANCE = 1.36  # of two samples, 95 % (Kolmogorov and Smirnov)
MANY_LEFT_OUT = 0.2  # of the pictures
PERCENTS = np.arange(1, 100) / 100  # at which the card has shares


def doubts(real: Collected, manifest: Manifest) -> tuple[str, ...]:
    """Each a sentence for who signs."""
    return tuple(_doubts(real, manifest))


def _doubts(real: Collected, manifest: Manifest) -> Iterator[str]:
    far = farthest(real.scores, manifest)
    if abs(far) > allowed(len(real.scores), manifest.metrics.overall.real):
        where = "higher" if far > 0 else "lower"
        yield (
            f"The scores are far {where} than those of the real pictures in the model's test "
            f"(the shares differ by up to {abs(far):.2f}): another kind of picture, or a mixed "
            "folder."
        )
    if real.left_out > MANY_LEFT_OUT * len(real.pictures):
        counts = ", ".join(f"{code} {count:,}" for code, count in real.warnings.most_common())
        yield (
            f"{real.left_out:,} of {len(real.pictures):,} pictures are left out, since thresholds "
            f"do not judge them: {counts or 'their credential does'}."
        )
    if real.declaring_ai:
        yield f"AI made them, as their own files say: {real.declaring_ai:,}."
    if real.duplicates:
        yield f"Files that repeat another one, which do not count: {real.duplicates:,}."


def allowed(count: int, known: int) -> float:
    """How far ``count`` scores may be from the test's ``known`` real pictures, both above 0."""
    return FAR + BY_CHANCE * math.sqrt(1 / count + 1 / known)


def farthest(scores: NDArray[np.float32], manifest: Manifest) -> float:
    """The largest difference from the test's real pictures, -1..1, positive of higher scores.

    ``scores`` are float32 ``[n]``; differences are of the shares that reach a score. 0 where there
    is nothing to compare.
    """
    known = manifest.metrics.distribution
    if known is None or not len(scores):
        return 0.0
    shares = (scores[:, None] >= PERCENTS).mean(axis=0)
    differences = shares - np.array(known.real)
    return float(differences[np.abs(differences).argmax()])
