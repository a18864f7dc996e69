"""A folder that is not what it was said to be is told of; one that is, is not."""

import numpy as np
import pytest

from service.calibration.collected import Collected
from service.calibration.doubts import PERCENTS, allowed, doubts, farthest
from service.model.manifest import Manifest
from service.scoring.words import WarningCode
from tests.conftest import SHIPPED
from tests.service.calibration.test_collected import scored

MANIFEST = Manifest.read(SHIPPED)


def drawn(count: int, label: str = "real", seed: int = 0) -> list[float]:
    """Scores that are spread as the card's of a label are, to within a hundredth."""
    assert MANIFEST.metrics.distribution
    shares = np.array(getattr(MANIFEST.metrics.distribution, label))
    uniform = np.random.default_rng(seed).random(count)
    return [float((shares >= it).sum() / 100 + 0.005) for it in uniform]


def collect(scores: list[float], *warnings: WarningCode, prefix: str = "") -> Collected:
    collected = Collected()
    for number, score in enumerate(scores):
        collected.add(scored(f"{prefix}{number}", score, *warnings))
    return collected


@pytest.mark.parametrize("seed", range(5))
def test_pictures_like_the_tests_raise_none(seed: int) -> None:
    assert doubts(collect(drawn(100, seed=seed)), MANIFEST) == ()


def test_a_folder_with_fakes_in_it_is_told_of() -> None:
    (doubt,) = doubts(collect(drawn(120) + drawn(80, "fake")), MANIFEST)
    assert doubt.startswith("The scores are far higher than those of the real pictures")
    assert "mixed folder" in doubt


def test_a_few_fakes_are_too_few_to_be_seen_so() -> None:
    assert doubts(collect(drawn(190) + drawn(10, "fake")), MANIFEST) == ()


def test_scores_that_are_all_low_are_of_another_kind_too() -> None:
    (doubt,) = doubts(collect([0.001 * number for number in range(9)]), MANIFEST)
    assert "far lower" in doubt


def test_the_difference_is_the_largest_of_the_shares_with_its_sign() -> None:
    assert MANIFEST.metrics.distribution
    shares = np.array(MANIFEST.metrics.distribution.real)
    assert farthest(np.ones(10, np.float32), MANIFEST) == pytest.approx(1 - shares.min())
    assert farthest(np.zeros(10, np.float32), MANIFEST) == pytest.approx(-shares.max())
    assert len(PERCENTS) == len(shares)
    known = MANIFEST.metrics.overall.real
    assert 1.36 * (1 / 100 + 1 / known) ** 0.5 < allowed(100, known) / 2


def test_of_more_pictures_less_is_chance() -> None:
    known = MANIFEST.metrics.overall.real
    assert allowed(100, known) < 0.3
    assert allowed(10_000, known) < allowed(400, known) < allowed(100, known)


def test_where_the_model_was_not_measured_so_nothing_is_compared() -> None:
    metrics = MANIFEST.metrics.model_copy(update={"distribution": None})
    manifest = MANIFEST.model_copy(update={"metrics": metrics})
    assert doubts(collect([0.99] * 9), manifest) == ()
    assert farthest(np.array([], np.float32), MANIFEST) == 0


def test_many_warnings_are_told_with_their_counts() -> None:
    real = collect(drawn(70))
    for picture in collect([0.1] * 30, WarningCode.NO_FACE, prefix="x").pictures.values():
        real.add(picture)
    (doubt,) = doubts(real, MANIFEST)
    assert doubt.startswith("30 of 100 pictures are left out")
    assert doubt.endswith("do not judge them: no_face 30.")


def test_repeated_files_and_files_that_say_that_ai_made_them_are_told() -> None:
    real = collect(drawn(100))
    real.add(next(iter(real.pictures.values())))
    real.add(scored("ai", 0.1, WarningCode.DECLARED_AI_UNVERIFIED))
    assert doubts(real, MANIFEST) == (
        "AI made them, as their own files say: 1.",
        "Files that repeat another one, which do not count: 1.",
    )
