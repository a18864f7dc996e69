"""What is measured of an artifact beyond the plain test split, for its card."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.pixels import load_split
from training.judging.evaluate import Against
from training.judging.metrics import (
    Estimate,
    SourceMetrics,
    confidence_error,
    roc_auc,
    share,
)
from training.judging.pointing import Pointing, pointing_game
from training.judging.robustness import robustness
from training.judging.subject import Subject, open_subject
from training.judging.unseen import unseen

ACCUSED = 0.01  # share of the real pictures at which detectors are compared


@dataclass(frozen=True, slots=True)
class Compared:
    """Another detector on the same test split; its rate where 1 % of the reals are accused."""

    roc_auc: Estimate
    true_positive_rate: Estimate
    ece: float


@dataclass(frozen=True, slots=True)
class Study:
    """Robustness by distortion, unseen sources by name, heatmaps, other detectors by name."""

    robustness: dict[str, SourceMetrics]
    unseen: dict[str, Against]
    pointing: Pointing | None
    compared: dict[str, Compared]


def study(subject: Subject, data: Path, left_out: Sequence[Path], others: Sequence[Path]) -> Study:
    """Measure everything; ``left_out`` are runs without a source, ``others`` what to compare with.

    Raises:
        RunError: one of them is no finished run.
    """
    return Study(
        robustness=robustness(subject, data),
        unseen={source: it for run in left_out for source, it in unseen(run, data).items()},
        pointing=pointing_game(subject, data),
        compared=dict(_compare(other, data) for other in others),
    )


def _compare(other: Path, data: Path) -> tuple[str, Compared]:
    subject = open_subject(other)
    pixels = load_split(data, "test", subject.view)
    scores = subject.score(pixels)
    real, fake = scores[pixels.labels == 0], scores[pixels.labels == 1]
    caught = share(fake > np.quantile(real, 1 - ACCUSED, method="higher"))
    assert caught is not None  # noqa: S101  # a split has both classes
    ece = confidence_error(pixels.labels, scores)
    return subject.name, Compared(roc_auc(real, fake), caught, ece)
