"""Figures of a detector from labels (fake = 1) and calibrated probabilities of fake."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap, mannwhitneyu
from sklearn.metrics import confusion_matrix, precision_score

Labels = NDArray[np.int64]
Scores = NDArray[np.float64]

BINS = 15  # of equal width, as Guo et al. 2017 have them
RESAMPLES = 1000
STEPS = np.arange(1, 100) / 100


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure between 0 and 1 with the 95 % interval around it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SourceMetrics:
    """Results on some pictures; None where a class is missing.

    ``accuracy``, ``precision``, ``recall`` and ``confusion`` are those of the label, at 0.5;
    ``false_positive_rate`` and ``true_positive_rate`` the shares of the real pictures and of the
    fakes at ``fake_above`` or more; ``miss_rate`` the share of the fakes under ``real_below``;
    ``ece`` is the expected calibration error of the confidence in the label (Guo et al. 2017),
    ``ece_by_chance`` what it would be on average, of as many pictures, if each confidence were
    right; ``classwise_ece`` that of the probability of fake (Kull et al. 2019), which of a source
    of one class is its mean error. Warnings, for which the service answers uncertain whatever the
    score, are left aside.
    """

    real: int
    fake: int
    accuracy: float
    roc_auc: Estimate | None
    precision: float | None
    recall: float | None
    confusion: dict[str, int]
    false_positive_rate: Estimate | None
    true_positive_rate: Estimate | None
    miss_rate: Estimate | None
    ece: float
    ece_by_chance: float
    classwise_ece: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """How scores are spread: shares of the real pictures and of the fakes that reach each step."""

    real: list[float]
    fake: list[float]


def distribution(labels: Labels, scores: Scores) -> Distribution | None:
    """Shares whose score is at least 0.01, 0.02 … 0.99; None where a class is missing."""
    real, fake = scores[labels == 0], scores[labels == 1]
    if not len(real) or not len(fake):
        return None
    return Distribution(*(np.mean(it >= STEPS[:, None], axis=1).tolist() for it in (real, fake)))


def measure(labels: Labels, scores: Scores, fake_above: float, real_below: float) -> SourceMetrics:
    """Results on ``n`` pictures from labels ``[n]`` and scores ``[n]``."""
    real, fake = scores[labels == 0], scores[labels == 1]
    predicted = (scores >= 0.5).astype(np.int64)
    matrix = confusion_matrix(labels, predicted, labels=[0, 1]).ravel().tolist()
    names = ("true_real", "false_fake", "false_real", "true_fake")
    both = len(real) > 0 and len(fake) > 0
    recall = share(fake >= 0.5)
    return SourceMetrics(
        real=len(real),
        fake=len(fake),
        accuracy=float((predicted == labels).mean()),
        roc_auc=roc_auc(real, fake) if both else None,
        precision=float(precision_score(labels, predicted)) if predicted.any() and both else None,
        recall=recall.value if recall else None,
        confusion=dict(zip(names, matrix, strict=True)),
        false_positive_rate=share(real >= fake_above),
        true_positive_rate=share(fake >= fake_above),
        miss_rate=share(fake < real_below),
        ece=confidence_error(labels, scores),
        ece_by_chance=error_by_chance(np.maximum(scores, 1 - scores)),
        classwise_ece=expected_calibration_error(labels == 1, scores),
    )


def share(hits: NDArray[np.bool_]) -> Estimate | None:
    """How many are true, with Wilson's interval; None of nothing."""
    if len(hits) == 0:
        return None
    interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
    return Estimate(float(hits.mean()), float(interval.low), float(interval.high))


def roc_auc(real: Scores, fake: Scores) -> Estimate:
    """Area under the ROC curve, with the percentile interval of a seeded bootstrap.

    The area is the share of pairs in the right order, ties as halves: the statistic of Mann and
    Whitney (Hanley and McNeil 1982), which is taken of all resamples at once.
    """

    def area(its_real: Scores, its_fake: Scores, axis: int = -1) -> Scores:
        pairs = its_real.shape[axis] * its_fake.shape[axis]
        ordered = mannwhitneyu(its_fake, its_real, axis=axis, method="asymptotic").statistic
        return np.asarray(ordered / pairs)

    value = float(area(real, fake))
    if min(len(real), len(fake)) < 2:
        return Estimate(value, 0.0, 1.0)
    interval = bootstrap(
        (real, fake),
        area,
        n_resamples=RESAMPLES,
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Estimate(value, float(interval.low), float(interval.high))


def confidence_error(labels: Labels, scores: Scores) -> float:
    """How far, on average, the confidence in a label is from how often it is right."""
    right = (scores >= 0.5) == (labels == 1)
    return expected_calibration_error(right, np.maximum(scores, 1 - scores))


def error_by_chance(chances: Scores) -> float:
    """The mean calibration error of outcomes that come about with just these ``chances``.

    Few pictures show one even then (consistency resampling, Bröcker and Smith 2007).
    """
    outcomes = np.random.default_rng(0).random
    errors = [
        expected_calibration_error(outcomes(len(chances)) < chances, chances)
        for _ in range(RESAMPLES)
    ]
    return float(np.mean(errors))


def expected_calibration_error(happened: NDArray[np.bool_], chances: Scores) -> float:
    """How far, on average, what happened is from the chance it was given (Naeini et al. 2015)."""
    gaps = np.bincount(_places(chances), happened - chances)
    return float(np.abs(gaps).sum() / len(chances))


@dataclass(frozen=True, slots=True)
class Bin:
    """The pictures with about one chance: their number, mean chance and how often it happened."""

    count: int
    chance: float
    share: float


def reliability(happened: NDArray[np.bool_], chances: Scores) -> list[Bin]:
    """The points of a reliability diagram, of ``BINS`` equal widths; empty ones left out."""
    places = _places(chances)
    bins = []
    for place in np.unique(places):
        inside = places == place
        bins.append(
            Bin(int(inside.sum()), float(chances[inside].mean()), float(happened[inside].mean()))
        )
    return bins


def _places(chances: Scores) -> NDArray[np.int64]:
    """The number of the bin of each."""
    return np.minimum((chances * BINS).astype(np.int64), BINS - 1)
