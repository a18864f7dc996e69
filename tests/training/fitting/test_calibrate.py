"""Scale and thresholds, on scores whose right answer is known."""

import numpy as np
import pytest
from scipy.special import expit

from training.fitting.calibrate import Calibration, Scored, fit, fit_scale


def scored(logits: np.ndarray, labels: np.ndarray, sources: str | list[str] = "one") -> Scored:
    return Scored(logits, labels, np.broadcast_to(np.array(sources), len(labels)))


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
    found, bias = fit_scale(logits + shift, labels, np.ones(len(labels)))
    assert found == pytest.approx(temperature, rel=0.05)
    assert bias == pytest.approx(-shift / temperature, abs=0.1)


@pytest.mark.parametrize("shift", [0.0, 5.0])
def test_calibrated_probabilities_mean_what_they_say(shift: float) -> None:
    logits, labels = overconfident(3.0)
    probabilities = scaled(fit(scored(logits + shift, labels)), logits + shift)
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
    false_positives, misses = rates(fit(scored(logits, labels)), logits, labels)
    assert 0.009 < false_positives <= 0.01
    assert 0.099 < misses <= 0.1


def test_a_good_detector_gets_thresholds_that_do_not_cross() -> None:
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 1000)
    logits = generator.normal(np.where(labels == 1, 6.0, -6.0), 2)
    calibration = fit(scored(logits, labels))
    assert calibration.real_below == calibration.fake_above == 0.5


def test_a_useless_detector_is_nearly_always_uncertain() -> None:
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 5000)
    logits = generator.normal(0, 1, 10_000)
    calibration = fit(scored(logits, labels))
    probabilities = scaled(calibration, logits)
    decided = (probabilities >= calibration.fake_above) | (probabilities < calibration.real_below)
    assert decided.mean() < 0.13


@pytest.mark.parametrize("tied", [-40.0, 0.0, 40.0])
def test_ties_do_not_break_the_promises(tied: float) -> None:
    labels = np.repeat([0, 1], 100)
    logits = np.full(200, tied)
    calibration = fit(scored(logits, labels))
    assert 0 <= calibration.real_below <= 0.5 <= calibration.fake_above <= 1


def test_a_weight_counts_as_so_many_pictures() -> None:
    logits, labels = overconfident(2.0, 500)
    weights = np.random.default_rng(1).integers(1, 4, 500)
    repeated = np.repeat(logits, weights), np.repeat(labels, weights)
    expected = fit_scale(*repeated, np.ones(weights.sum()))
    assert fit_scale(logits, labels, weights / 7) == pytest.approx(expected, rel=1e-3)


def test_the_scale_is_as_much_that_of_known_pictures_as_of_strange_ones() -> None:
    """Of how many there are nothing depends."""
    sure, unsure = scored(*overconfident(1.0)), scored(*overconfident(4.0))
    fewer = scored(unsure.logits[:2000], unsure.labels[:2000])
    temperatures = [fit(sure, it).temperature for it in (unsure, fewer)]
    assert fit(sure).temperature < temperatures[0] < fit(unsure).temperature
    assert temperatures[1] == pytest.approx(temperatures[0], rel=0.1)


def test_false_alarms_are_those_of_strange_pictures_and_misses_those_of_known_ones() -> None:
    known, strange = scored(*overconfident(1.0)), scored(*overconfident(3.0))
    calibration = fit(known, strange)
    false_positives, _ = rates(calibration, strange.logits, strange.labels)
    _, misses = rates(calibration, known.logits, known.labels)
    assert 0.009 < false_positives <= 0.01
    assert 0.099 < misses <= 0.1


def test_a_small_source_has_as_many_false_alarms_as_a_large_one() -> None:
    """On the mean over both 1 %, where 1 % of all pictures would be the whole small one."""
    logits = np.concatenate(
        [np.linspace(-4, 0, 9900), np.linspace(1, 3, 100), np.linspace(-4, 5, 5000)]
    )
    labels = np.repeat([0, 1], [10_000, 5000])
    sources = ["large"] * 9900 + ["small"] * 100 + ["large"] * 5000
    calibration = fit(scored(logits, labels, sources))
    reached = scaled(calibration, logits) >= calibration.fake_above
    assert reached[9900:10_000].mean() == 0.02
    assert not reached[:9900].any()
