"""How a detector fares on the test split after what happens to pictures on their way to it."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.console import console
from training.data.distortions import HARSH, SLIGHT
from training.data.pixels import Pixels, load_pixels, load_split
from training.data.samples import find_samples
from training.judging.metrics import Estimate, Scores, SourceMetrics, measure, share
from training.judging.subject import Subject

REAL, UNCERTAIN, FAKE = -1, 0, 1


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What a slight change of the file does to verdicts, warnings left aside.

    ``flipped`` is the share of all pictures that go from real to fake or back, ``lost`` the share
    of those with either verdict that become uncertain; None where there are none.
    """

    flipped: Estimate | None
    lost: Estimate | None


def robustness(subject: Subject, data: Path) -> dict[str, SourceMetrics]:
    """Results over all sources for each of ``HARSH``, at the thresholds as they are."""
    results = {}
    for name in HARSH:
        pixels, scores = _score(subject, data, name)
        results[name] = measure(pixels.labels, scores, subject.fake_above, subject.real_below)
    return results


def steadiness(subject: Subject, data: Path) -> dict[str, Steadiness]:
    """How verdicts change for each of ``SLIGHT``."""
    before = _verdicts(subject, subject.score(load_split(data, "test", subject.view)))
    return {
        name: compare(before, _verdicts(subject, _score(subject, data, name)[1])) for name in SLIGHT
    }


def compare(before: NDArray[np.int64], after: NDArray[np.int64]) -> Steadiness:
    """Verdicts int64 ``[n]`` of the same pictures: -1 real, 0 uncertain, 1 fake."""
    firm = before != UNCERTAIN
    return Steadiness(share(before * after == -1), share(after[firm] == UNCERTAIN))


def _verdicts(subject: Subject, scores: Scores) -> NDArray[np.int64]:
    called_fake, called_real = scores >= subject.fake_above, scores < subject.real_below
    return called_fake.astype(np.int64) * FAKE + called_real.astype(np.int64) * REAL


def _score(subject: Subject, data: Path, distortion: str) -> tuple[Pixels, Scores]:
    console.print(f"distortion: {distortion}")
    view = replace(subject.view, distortion=distortion)
    with tempfile.TemporaryDirectory() as cache:
        pixels = load_pixels(find_samples(data, "test"), view, Path(cache))
        return pixels, subject.score(pixels)
