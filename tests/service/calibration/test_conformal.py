"""The rule keeps its promise: by hand on a few scores, and by simulation over many sets."""

from pathlib import Path

import numpy as np
import pytest

from service.calibration.conformal import Scores, fake_above, interval, needed, real_below
from service.errors import CalibrationError

DRAWS, SET = 200, 300  # calibrating sets, and the pictures in each


def held_back(count: int, seed: int, *, fake: bool = False) -> Scores:
    """Scores of exchangeable pictures, 0..1, few of them equal: most real ones low, some high."""
    generator = np.random.default_rng(seed)
    low, high = generator.beta(1, 9, count), generator.beta(6, 1.5, count)
    scores = np.where(generator.random(count) < 0.9, low, high)
    return (1 - scores if fake else scores).astype(np.float32)


def test_the_mean_rate_of_false_alarms_over_many_sets_is_what_is_promised() -> None:
    """Of 200 sets of 300 from one pool; each set's rate is that of all pictures held back."""
    pool = held_back(200_000, seed=0)
    generator = np.random.default_rng(1)
    rates, within = [], 0
    for _ in range(DRAWS):
        order = generator.permutation(len(pool))
        threshold, rate = fake_above(pool[order[:SET]], 0.01)
        rates.append(float((pool[order[SET:]] >= threshold).mean()))
        within += rate.low <= rates[-1] <= rate.high
    low, high = interval(SET, tail=3)
    assert low <= np.mean(rates) <= high
    assert np.mean(rates) == pytest.approx(3 / (SET + 1), abs=4 * np.std(rates) / DRAWS**0.5)
    assert within / DRAWS == pytest.approx(0.95, abs=0.05)


def test_so_it_is_of_real_pictures_that_version_6_was_not_trained_on() -> None:
    """Their scores, from ``benchmarks.own_thresholds``: all sources of valid and test mixed."""
    pool = np.load(Path(__file__).with_name("held_back.npy"))
    generator = np.random.default_rng(4)
    rates = []
    for _ in range(DRAWS):
        drawn = generator.permutation(pool)
        threshold, _ = fake_above(drawn[:SET], 0.01)
        rates.append(float((drawn[SET:] >= threshold).mean()))
    low, high = interval(SET, tail=3)
    assert low <= np.mean(rates) <= high
    assert np.mean(rates) == pytest.approx(3 / (SET + 1), abs=4 * np.std(rates) / DRAWS**0.5)


def test_the_mean_rate_of_misses_is_what_is_promised() -> None:
    pool = held_back(100_000, seed=2, fake=True)
    generator = np.random.default_rng(3)
    rates = []
    for _ in range(DRAWS):
        order = generator.permutation(len(pool))
        threshold, _ = real_below(pool[order[:SET]], 0.05)
        rates.append(float((pool[order[SET:]] < threshold).mean()))
    assert np.mean(rates) == pytest.approx(15 / (SET + 1), abs=4 * np.std(rates) / DRAWS**0.5)


def test_the_threshold_is_just_above_the_kth_smallest_score() -> None:
    """n = 199 and 1 %: k = ceil(200 * 0.99) = 198, so that one of them is above it."""
    scores = np.linspace(0.3, 0.9, 199, dtype=np.float32)
    threshold, rate = fake_above(np.random.default_rng(0).permutation(scores), 0.01)
    assert threshold == np.nextafter(scores[197], np.float32(1))
    assert (scores >= threshold).sum() == 1
    assert scores[197] < threshold
    assert (rate.at_most, rate.pictures) == (0.01, 199)
    assert (rate.low, rate.high) == interval(199, tail=2)


def test_real_is_strictly_below_its_threshold() -> None:
    """m = 99 and 5 %: the fifth smallest, so that four fakes are called real."""
    scores = np.linspace(0.1, 0.9, 99, dtype=np.float32)
    threshold, rate = real_below(scores[::-1], 0.05)
    assert threshold == scores[4]
    assert (scores < threshold).sum() == 4
    assert (rate.at_most, rate.pictures) == (0.05, 99)


@pytest.mark.parametrize(
    ("count", "rate", "beyond"), [(99, 0.01, 0), (198, 0.01, 0), (199, 0.01, 1), (99, 0.29, 28)]
)
def test_rates_are_taken_as_they_are_typed(count: int, rate: float, beyond: int) -> None:
    """As a float, 100 times 0.29 is less than 29."""
    scores = np.linspace(0.6, 0.9, count, dtype=np.float32)
    threshold, _ = fake_above(scores, rate)
    assert (scores >= threshold).sum() == beyond


@pytest.mark.parametrize(
    ("rate", "least"), [(0.01, 99), (0.05, 19), (0.001, 999), (0.5, 1), (0.3, 3)]
)
def test_one_picture_too_few_is_an_error_that_says_how_many_are_needed(
    rate: float, least: int
) -> None:
    assert needed(rate) == least
    fake_above(held_back(least, 0), rate)
    with pytest.raises(CalibrationError, match=f"to promise {rate:g} of false alarms: {least} or"):
        fake_above(held_back(least - 1, 0), rate)
    with pytest.raises(CalibrationError, match=f"{least - 1} fakes are too few"):
        real_below(held_back(least - 1, 0), rate)


def test_verdict_and_label_never_contradict() -> None:
    """Where all real pictures score low, fake is from 0.5 on, and errors are rarer than said."""
    low = np.linspace(0, 0.2, 150, dtype=np.float32)
    threshold, rate = fake_above(low, 0.01)
    assert (threshold, rate.low) == (0.5, 0)
    assert rate.high == interval(150, tail=1)[1]
    threshold, rate = real_below(1 - low, 0.05)
    assert (threshold, rate.low) == (0.5, 0)


def test_equal_scores_make_errors_rarer_and_never_more_frequent() -> None:
    scores = np.repeat(np.array([0.2, 0.7, 0.9], np.float32), 50)
    threshold, rate = fake_above(scores, 0.05)
    assert (scores >= threshold).sum() == 0
    assert rate.low == 0
    threshold, rate = real_below(1 - scores, 0.05)
    assert (1 - scores < threshold).sum() == 0
    assert rate.low == 0


def test_scores_of_one_cannot_be_kept_from_fake() -> None:
    scores = np.ones(150, np.float32)
    with pytest.raises(CalibrationError, match="1 or more score 1, so no threshold keeps to"):
        fake_above(scores, 0.01)


def test_a_threshold_may_be_one() -> None:
    scores = np.full(150, np.nextafter(np.float32(1), np.float32(0)))
    assert fake_above(scores, 0.01)[0] == 1


def test_the_interval_grows_narrower_with_more_pictures() -> None:
    widths = [np.diff(interval(count, count // 100)).item() for count in (100, 1_000, 10_000)]
    assert widths[0] > 2 * widths[1] > 4 * widths[2]
    assert interval(300, 3) == pytest.approx((0.00206, 0.02384), abs=5e-5)
