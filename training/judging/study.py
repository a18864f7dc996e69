"""What is measured of an artifact beyond the plain test split, for its card."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.pixels import load_split
from training.fitting.cross_fit import strangers
from training.fitting.run import Run
from training.judging.leave_out import leave_out
from training.judging.metrics import (
    Estimate,
    Labels,
    Scores,
    SourceMetrics,
    confidence_error,
    roc_auc,
    share,
)
from training.judging.pointing import Pointing, pointing_game
from training.judging.robustness import Steadiness, robustness, steadiness
from training.judging.subject import Subject, open_subject
from training.judging.unseen import Unseen, unseen

ACCUSED = 0.01  # share of the real pictures at which detectors are compared


@dataclass(frozen=True, slots=True)
class Compared:
    """Another detector on the same test split; its rate where 1 % of the reals are accused."""

    roc_auc: Estimate
    true_positive_rate: Estimate
    ece: float


@dataclass(frozen=True, slots=True)
class Study:
    """Robustness and steadiness by distortion, strangers, heatmaps, other detectors by name.

    ``unseen`` is of networks that were trained without a part of the families and sources,
    ``unseen_heads`` of heads on the frozen backbone, each taught without one family.
    """

    robustness: dict[str, SourceMetrics]
    steadiness: dict[str, Steadiness]
    unseen: Unseen | None
    unseen_heads: Unseen | None
    pointing: Pointing | None
    compared: dict[str, Compared]


def study(subject: Subject, data: Path, run: Path | None, others: Sequence[Path]) -> Study:
    """Measure everything; ``run`` is what it was exported from, ``others`` what to compare with.

    Raises:
        RunError: one of them is no finished run.
    """
    folds = Run.open(run).fold_folders() if run else []
    asked = run and (run / "leave_out").is_dir()
    return Study(
        robustness=robustness(subject, data),
        steadiness=steadiness(subject, data),
        unseen=unseen(strangers(Run.open(run), data)) if run and folds else None,
        unseen_heads=unseen(leave_out(run, data)) if run and asked else None,
        pointing=pointing_game(subject, data),
        compared=dict(_compare(other, data) for other in others),
    )


def _compare(other: Path, data: Path) -> tuple[str, Compared]:
    subject = open_subject(other)
    pixels = load_split(data, "test", subject.view)
    return subject.name, compared(pixels.labels, subject.score(pixels))


def compared(labels: Labels, scores: Scores) -> Compared:
    """What ``scores`` of fake, float ``[n]`` in 0..1, are worth; both labels, int ``[n]``, occur.

    The rate is that of the fakes above the threshold that 1 % of the real pictures are above, or
    fewer where there is no such threshold.
    """
    real, fake = scores[labels == 0], scores[labels == 1]
    caught = share(fake > np.quantile(real, 1 - ACCUSED, method="higher"))
    assert caught is not None  # noqa: S101  # both labels occur
    return Compared(roc_auc(real, fake), caught, confidence_error(labels, scores))
