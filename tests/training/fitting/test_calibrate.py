"""Scale and thresholds, on scores whose right answer is known."""

import numpy as np
import pytest
from scipy.special import expit

from training.fitting.calibrate import Calibration, fit, fit_scale


def overconfident(temperature: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits `temperature` times too large for labels drawn by the true probabilities."""
    generator = np.random.default_rng(0)
    true_logits = generator.normal(0, 2, n)
    labels = (generator.random(n) < expit(true_logits)).astype(np.int64)
    return true_logits * temperature, labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("shift", [-4.0, 0.0, 2.0])
def test_the_scale_that_was_put_in_is_found(temperature: float, shift: float) -> None:
    logits, labels = overconfident(temperature)
    found, bias = fit_scale(logits + shift, labels)
    assert found == pytest.approx(temperature, rel=0.05)
    assert bias == pytest.approx(-shift / temperature, abs=0.1)


@pytest.mark.parametrize("shift", [0.0, 5.0])
def test_calibrated_probabilities_mean_what_they_say(shift: float) -> None:
    logits, labels = overconfident(3.0)
    probabilities = scaled(fit(logits + shift, labels), logits + shift)
    for low in np.arange(0, 1, 0.2):
        inside = (probabilities >= low) & (probabilities < low + 0.2)
        assert labels[inside].mean() == pytest.approx(probabilities[inside].mean(), abs=0.03)


def scaled(calibration: Calibration, logits: np.ndarray) -> np.ndarray:
    probabilities: np.ndarray = expit(logits / calibration.temperature + calibration.bias)
    return probabilities


def rates(calibration: Calibration, logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """False-positive rate at fake_above, miss rate under real_below."""
    probabilities = scaled(calibration, logits)
    false_positives = (probabilities[labels == 0] >= calibration.fake_above).mean()
    misses = (probabilities[labels == 1] < calibration.real_below).mean()
    return float(false_positives), float(misses)


def test_the_thresholds_keep_their_promises_and_waste_nothing() -> None:
    logits, labels = overconfident(1.0)
    false_positives, misses = rates(fit(logits, labels), logits, labels)
    assert 0.009 < false_positives <= 0.01
    assert 0.049 < misses <= 0.05


def test_a_good_detector_gets_thresholds_that_do_not_cross() -> None:
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 1000)
    logits = generator.normal(np.where(labels == 1, 6.0, -6.0), 2)
    calibration = fit(logits, labels)
    assert calibration.real_below == calibration.fake_above == 0.5


def test_a_useless_detector_is_nearly_always_uncertain() -> None:
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 5000)
    logits = generator.normal(0, 1, 10_000)
    calibration = fit(logits, labels)
    probabilities = scaled(calibration, logits)
    decided = (probabilities >= calibration.fake_above) | (probabilities < calibration.real_below)
    assert decided.mean() < 0.08


@pytest.mark.parametrize("tied", [-40.0, 0.0, 40.0])
def test_ties_do_not_break_the_promises(tied: float) -> None:
    labels = np.repeat([0, 1], 100)
    logits = np.full(200, tied)
    calibration = fit(logits, labels)
    assert 0 <= calibration.real_below <= 0.5 <= calibration.fake_above <= 1
