"""Figures whose right values are known."""

import numpy as np
import pytest
from scipy.stats import binom

from training.judging.metrics import (
    Estimate,
    SourceMetrics,
    confidence_error,
    distribution,
    error_by_chance,
    expected_calibration_error,
    measure,
    reliability,
    roc_auc,
    share,
)

LABELS = np.array([0, 0, 1, 1])
SCORES = np.array([0.1, 0.4, 0.3, 0.9])


@pytest.fixture(scope="module")
def both() -> SourceMetrics:
    """Two of each label, one fake missed."""
    return measure(LABELS, SCORES, fake_above=0.8, real_below=0.35)


@pytest.fixture(scope="module")
def reals() -> SourceMetrics:
    return measure(np.array([0, 0]), np.array([0.2, 0.5]), fake_above=0.5, real_below=0.3)


def test_the_label_is_judged_at_one_half(both: SourceMetrics) -> None:
    assert (both.real, both.fake) == (2, 2)
    assert both.accuracy == 0.75
    assert (both.precision, both.recall) == (1.0, 0.5)
    assert both.confusion == {"true_real": 2, "false_fake": 0, "false_real": 1, "true_fake": 1}


def test_the_verdict_is_judged_at_the_thresholds(both: SourceMetrics) -> None:
    rates = (both.false_positive_rate, both.true_positive_rate, both.miss_rate)
    assert [rate.value for rate in rates if rate] == [0, 0.5, 0.5]


def test_a_score_at_a_threshold_is_judged_as_the_service_does() -> None:
    """``fake`` from ``fake_above`` on; under ``real_below``, and not at it, ``real``."""
    it = measure(np.array([0, 1, 1]), np.array([0.8, 0.8, 0.3]), fake_above=0.8, real_below=0.3)
    rates = (it.false_positive_rate, it.true_positive_rate, it.miss_rate)
    assert [rate.value for rate in rates if rate] == [1, 0.5, 0]


def test_a_source_with_one_label_has_no_figure_that_needs_both(reals: SourceMetrics) -> None:
    assert (reals.accuracy, reals.roc_auc, reals.precision, reals.recall) == (0.5, None, None, None)
    assert reals.true_positive_rate is reals.miss_rate is None
    assert reals.false_positive_rate is not None
    assert reals.false_positive_rate.value == 0.5


def test_roc_auc_is_the_share_of_pairs_in_the_right_order(both: SourceMetrics) -> None:
    assert both.roc_auc is not None
    assert both.roc_auc.value == 0.75  # of the four pairs, 0.4 against 0.3 is the wrong way round


def test_scoring_the_wrong_way_round_shows() -> None:
    assert roc_auc(np.array([0.9, 0.8]), np.array([0.2, 0.1])).value == 0


def test_the_interval_of_roc_auc_covers_it_and_shrinks_with_the_number() -> None:
    generator = np.random.default_rng(0)
    widths = []
    for count in (50, 800):
        estimate = roc_auc(generator.normal(0, 1, count), generator.normal(1, 1, count))
        assert estimate.low < estimate.value < estimate.high
        assert estimate.low < 0.7602 < estimate.high  # two unit normals one apart
        widths.append(estimate.high - estimate.low)
    assert widths[1] < widths[0] / 3


def test_of_one_picture_nothing_is_known() -> None:
    assert roc_auc(np.array([0.1]), np.array([0.9])) == Estimate(1.0, 0.0, 1.0)


def test_a_share_comes_with_wilsons_interval() -> None:
    """By hand: (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.96."""
    estimate = share(np.arange(100) < 10)
    assert estimate is not None
    assert estimate.value == 0.1
    assert (estimate.low, estimate.high) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert share(np.zeros(0, bool)) is None


def test_a_share_of_none_is_not_known_to_be_nought() -> None:
    estimate = share(np.zeros(50, bool))
    assert estimate is not None
    assert (estimate.value, estimate.low) == (0, 0)
    assert estimate.high == pytest.approx(0.071, abs=1e-3)


def test_the_calibration_error_of_what_is_calibrated_is_nought() -> None:
    generator = np.random.default_rng(0)
    scores = generator.uniform(0, 1, 200_000)
    fake = generator.uniform(0, 1, len(scores)) < scores
    assert expected_calibration_error(fake, scores) < 0.01
    assert confidence_error(fake.astype(np.int64), scores) < 0.01


@pytest.mark.parametrize(("happened", "error"), [(True, 0.1), (False, 0.9)])
def test_the_calibration_error_is_the_distance_to_the_share(happened: bool, error: float) -> None:
    outcomes, chances = np.full(10, happened), np.full(10, 0.9)
    assert expected_calibration_error(outcomes, chances) == pytest.approx(error)


@pytest.mark.parametrize(
    ("scores", "of_confidence", "classwise"),
    [
        ([0.1] * 9 + [0.9], 0.0, 0.18),  # of ten reals nine are called real, with confidence 0.9
        ([0.3] * 10, 0.3, 0.3),  # called real with too little confidence
        ([0.4] * 6 + [0.6] * 4, 0.0, 0.48),  # as unsure as it errs: honest doubt
    ],
)
def test_of_one_class_the_confidence_can_be_calibrated_and_the_probability_is_the_mean_error(
    scores: list[float], of_confidence: float, classwise: float
) -> None:
    found = measure(np.zeros(10, np.int64), np.array(scores), fake_above=0.8, real_below=0.35)
    assert found.ece == pytest.approx(of_confidence)
    assert found.classwise_ece == pytest.approx(classwise) == pytest.approx(np.mean(scores))


@pytest.mark.parametrize("count", [10, 40, 160])
def test_the_error_by_chance_is_that_of_right_chances(count: int) -> None:
    """In one bin it is the mean absolute deviation of a binomial share."""
    spread = [binom.pmf(hits, count, 0.9) * abs(hits / count - 0.9) for hits in range(count + 1)]
    assert error_by_chance(np.full(count, 0.9)) == pytest.approx(sum(spread), rel=0.1)


def test_the_error_by_chance_is_nothing_where_all_is_certain() -> None:
    assert error_by_chance(np.ones(30)) == 0
    assert error_by_chance(np.zeros(30)) == 0


def test_the_error_by_chance_is_what_a_calibrated_detector_shows() -> None:
    generator = np.random.default_rng(1)
    scores = generator.random((200, 120))
    labels = (generator.random(scores.shape) < scores).astype(np.int64)
    shown = np.mean([confidence_error(y, p) for y, p in zip(labels, scores, strict=True)])
    by_chance = np.mean([error_by_chance(np.maximum(p, 1 - p)) for p in scores])
    assert shown == pytest.approx(by_chance, rel=0.05)
    assert shown > 0.05, "so much of 120 pictures by chance alone"


def test_reliability_has_a_point_for_each_bin_that_holds_something() -> None:
    bins = reliability(np.array([False, True, True]), np.array([0.0, 0.02, 1.0]))
    assert [(b.count, b.share) for b in bins] == [(2, 0.5), (1, 1.0)]
    assert bins[0].chance == pytest.approx(0.01)


def test_a_distribution_has_the_share_that_reaches_each_hundredth() -> None:
    found = distribution(LABELS, SCORES)
    assert found
    assert len(found.real) == len(found.fake) == 99
    assert (found.real[8], found.real[9], found.real[10]) == (1.0, 1.0, 0.5)
    assert (found.fake[28], found.fake[30], found.fake[90]) == (1.0, 0.5, 0.0)


def test_of_one_class_there_is_no_distribution() -> None:
    assert distribution(np.array([0, 0]), np.array([0.2, 0.5])) is None
