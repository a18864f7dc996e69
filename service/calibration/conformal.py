"""Thresholds that keep a rate of errors for the next picture: split-conformal calibration.

Bates et al. 2023, "Testing for outliers with conformal p-values" (Annals of Statistics 51);
Angelopoulos and Bates 2023, "Conformal prediction: a gentle introduction". No assumption is made
but that the next picture is exchangeable with those that the scores are of.
"""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from service.errors import CalibrationError
from service.model.promise import Rate

Scores = NDArray[np.float32]


def needed(rate: float) -> int:
    """How few pictures can promise ``rate``, which is in 0..1."""
    return math.ceil(1 / _exact(rate)) - 1


def fake_above(real: Scores, rate: float) -> tuple[float, Rate]:
    """The lowest threshold, 0.5..1, that the next real picture reaches with chance ``rate``.

    Of real scores ``[n]`` in 0..1 it is the next number above the k-th smallest, where
    k = ceil((n + 1)(1 - rate)): fake is only what scores higher than that one.

    Raises:
        CalibrationError: they are too few, or too many of them have the highest score of all.
    """
    tail = _tail(len(real), rate, "real pictures", "false alarms")
    highest_refused = np.sort(real)[len(real) - tail]
    if highest_refused >= 1:
        raise CalibrationError(
            f"the real pictures: {tail} or more score 1, so no threshold keeps to "
            f"{rate:g} of false alarms"
        )
    threshold = float(np.nextafter(highest_refused, np.float32(1)))
    exact = threshold >= 0.5 and (real == highest_refused).sum() == 1
    return max(0.5, threshold), _promise(len(real), tail, rate, exact=exact)


def real_below(fake: Scores, rate: float) -> tuple[float, Rate]:
    """The highest threshold, 0..0.5, that the next fake stays under with chance ``rate``.

    Raises:
        CalibrationError: they are too few.
    """
    tail = _tail(len(fake), rate, "fakes", "misses")
    threshold = float(np.sort(fake)[tail - 1])
    exact = threshold <= 0.5 and (fake == threshold).sum() == 1
    return min(0.5, threshold), _promise(len(fake), tail, rate, exact=exact)


def interval(count: int, tail: int) -> tuple[float, float]:
    """Where 95 % of calibrating sets of ``count`` have their rate of errors.

    The share beyond the ``tail``-th score from the end is distributed as Beta(tail, n + 1 - tail).
    """
    low, high = beta.ppf((0.025, 0.975), tail, count + 1 - tail)
    return float(low), float(high)


def _promise(count: int, tail: int, rate: float, *, exact: bool) -> Rate:
    """Where 0.5 stops the threshold, or scores are equal, errors may be rarer: it begins at 0."""
    low, high = interval(count, tail)
    return Rate(at_most=rate, low=low if exact else 0.0, high=high, pictures=count)


def _tail(count: int, rate: float, what: str, errors: str) -> int:
    """n + 1 - k, which is the number of gaps between scores that an error may fall into."""
    tail = math.floor((count + 1) * _exact(rate))
    if tail < 1:
        raise CalibrationError(
            f"{count:,} {what} are too few to promise {rate:g} of {errors}: "
            f"{needed(rate):,} or more are needed"
        )
    return tail


def _exact(rate: float) -> Fraction:
    """As it was typed: 100 times 0.29 is 29, and not less."""
    return Fraction(str(rate))
