"""What a score means, from the model's own figures and from no others."""

import json
from typing import Any

import pytest

from service.model.figures import meaning, shown
from service.model.manifest import Manifest
from tests.conftest import SHIPPED
from tests.owned import own_of

OVERALL: dict[str, Any] = {
    "real": 200,
    "fake": 100,
    "accuracy": 0.9,
    "roc_auc": None,
    "precision": None,
    "recall": None,
    "confusion": {"true_real": 180, "false_fake": 20, "false_real": 10, "true_fake": 90},
    "false_positive_rate": {"value": 0.02, "low": 0.01, "high": 0.03},
    "true_positive_rate": {"value": 0.7, "low": 0.6, "high": 0.8},
    "miss_rate": {"value": 0.003, "low": 0.0, "high": 0.01},
    "ece": 0.02,
    "ece_by_chance": 0.01,
    "classwise_ece": 0.03,
}


def manifest(distribution: dict[str, Any] | None = None, **changes: Any) -> Manifest:
    content = json.loads((SHIPPED / "assets.extra" / "model.json").read_text())
    content["thresholds"] = {"fake_above": 0.9, "real_below": 0.2}
    content["metrics"]["overall"] = OVERALL | changes
    content["metrics"]["distribution"] = distribution
    return Manifest.model_validate(content)


@pytest.mark.parametrize(
    ("probability", "percent"),
    [(0.0, 1), (0.004, 1), (0.016, 2), (0.5, 50), (0.985, 98), (0.994, 99), (1.0, 99)],
)
def test_nothing_is_certain(probability: float, percent: int) -> None:
    assert shown(probability) == percent


@pytest.mark.parametrize(
    ("probability", "percent", "real", "fake"),
    [
        (0.95, 90, "about 2", "about 70"),
        (0.9, 90, "about 2", "about 70"),
        (0.7, 50, "about 10", "about 90"),
        (0.5, 50, "about 10", "about 90"),
        (0.3, 50, "about 90", "about 10"),
        (0.1, 20, None, "fewer than 1"),
    ],
)
def test_without_a_distribution_the_measured_rates_are_told(
    probability: float, percent: int, real: str | None, fake: str
) -> None:
    found = meaning(probability, manifest())
    assert found
    assert found.above is (probability >= 0.5)
    assert (found.percent, found.real, found.fake) == (percent, real, fake)


def test_with_one_the_score_itself_is_told() -> None:
    even = [1 - n / 100 for n in range(1, 100)]
    found = meaning(0.97, manifest({"real": even, "fake": [1.0] * 99}))
    assert found
    assert (found.percent, found.real, found.fake) == (97, "about 3", "more than 99")
    found = meaning(0.12, manifest({"real": even, "fake": [1.0] * 99}))
    assert found
    assert (found.percent, found.real, found.fake) == (12, "about 12", "fewer than 1")


def test_what_was_not_measured_is_not_told() -> None:
    unknown = manifest(false_positive_rate=None, true_positive_rate=None)
    found = meaning(0.95, unknown)
    assert found
    assert (found.real, found.fake) == (None, None)


@pytest.mark.parametrize("percent", range(101))
def test_the_shipped_model_has_an_answer_to_every_score(percent: int) -> None:
    assert meaning(percent / 100, Manifest.read(SHIPPED))


def test_rates_at_the_models_thresholds_are_not_told_of_own_ones() -> None:
    plain = manifest()
    found = meaning(0.95, own_of(plain, highest=0.8).put_in_force(plain))
    assert found
    assert (found.percent, found.real, found.fake) == (50, "about 10", "about 90")
