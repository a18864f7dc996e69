"""How a detector fares on the test split after what happens to pictures on their way to it."""

import tempfile
from dataclasses import replace
from pathlib import Path

from training.console import console
from training.data.distortions import DISTORTIONS
from training.data.pixels import load_pixels
from training.data.samples import find_samples
from training.judging.metrics import SourceMetrics, measure
from training.judging.subject import Subject


def robustness(subject: Subject, data: Path) -> dict[str, SourceMetrics]:
    """Results over all sources for each of ``DISTORTIONS``, at the thresholds as they are."""
    samples = find_samples(data, "test")
    results = {}
    for name in DISTORTIONS:
        console.print(f"distortion: {name}")
        with tempfile.TemporaryDirectory() as cache:
            pixels = load_pixels(samples, replace(subject.view, distortion=name), Path(cache))
            scores = subject.score(pixels)
        results[name] = measure(pixels.labels, scores, subject.fake_above, subject.real_below)
    return results
