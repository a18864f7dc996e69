"""Detectors are compared where each accuses the same share of the real pictures."""

import numpy as np
import pytest

from training.judging.metrics import Scores
from training.judging.study import ACCUSED, compared


def of(real: Scores, fake: Scores) -> tuple[np.ndarray, Scores]:
    return np.repeat([0, 1], [len(real), len(fake)]), np.concatenate([real, fake])


def test_the_rate_is_that_of_the_fakes_above_the_last_hundredth_of_the_reals() -> None:
    reals = np.arange(200) / 200
    fakes = np.repeat([0.9925, 0.9875, 0.5], [3, 4, 5])  # above all but one, two, and half of them
    rate = compared(*of(reals, fakes)).true_positive_rate
    assert rate.value == 3 / 12
    assert rate.low < rate.value < rate.high


@pytest.mark.parametrize("count", [20, 150, 1000])
def test_no_more_than_that_share_is_accused(count: int) -> None:
    """Real pictures that are scored like the fakes are caught like them."""
    scores = np.random.default_rng(count).random(count)
    assert compared(*of(scores, scores)).true_positive_rate.value <= ACCUSED


def test_a_threshold_that_many_share_accuses_none_of_them() -> None:
    reals = np.repeat([0.1, 0.9], [90, 10])
    assert compared(*of(reals, np.full(10, 0.9))).true_positive_rate.value == 0


@pytest.mark.parametrize(("turned", "area"), [(False, 1.0), (True, 0.0)])
def test_the_area_and_the_error_are_of_the_same_scores(turned: bool, area: float) -> None:
    labels, scores = of(np.full(50, 0.1), np.full(50, 0.8))
    it = compared(1 - labels if turned else labels, scores)
    assert it.roc_auc.value == area
    assert it.ece == pytest.approx(0.85 if turned else 0.15)
