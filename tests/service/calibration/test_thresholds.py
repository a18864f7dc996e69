"""What is collected becomes thresholds that say what they promise, and a report that says it too."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.calibration import plot, report
from service.calibration.auc import roc_auc
from service.calibration.collected import Collected
from service.calibration.thresholds import calibrate
from service.errors import CalibrationError
from service.model.manifest import Manifest
from service.model.own import OwnThresholds
from service.scoring.verdict import WarningCode
from tests.conftest import SHIPPED
from tests.service.calibration.test_collected import scored
from tests.service.calibration.test_doubts import collect, drawn

MANIFEST = Manifest.read(SHIPPED)


@pytest.fixture
def real() -> Collected:
    return collect(drawn(150))


@pytest.fixture
def fake() -> Collected:
    return collect(drawn(40, "fake"), prefix="fake")


def test_they_say_what_they_rest_on(real: Collected) -> None:
    own = calibrate(MANIFEST, real, 0.01)
    assert own.real_scores == tuple(map(float, real.scores))
    assert own.promise.false_alarms.pictures == 150
    assert own.model.weights_sha256 == MANIFEST.weights_sha256
    assert (own.model.name, own.model.version) == (MANIFEST.name, MANIFEST.version)
    assert abs(datetime.now(UTC) - own.promise.calibrated).total_seconds() < 60


def test_without_fakes_the_models_real_below_stays(real: Collected) -> None:
    own = calibrate(MANIFEST, real, 0.01)
    assert own.thresholds.real_below == MANIFEST.thresholds.real_below
    assert own.promise.misses is None
    assert own.roc_auc is None


def test_with_fakes_there_is_a_rate_of_misses_too(real: Collected, fake: Collected) -> None:
    own = calibrate(MANIFEST, real, 0.01, fake, 0.1)
    assert own.promise.misses
    assert (own.promise.misses.at_most, own.promise.misses.pictures) == (0.1, 40)
    assert sum(fake.scores < own.thresholds.real_below) <= 3
    assert own.roc_auc == roc_auc(real.scores, fake.scores)


def test_a_picture_cannot_be_both(real: Collected) -> None:
    with pytest.raises(CalibrationError, match="among both the real ones and the fakes: 150"):
        calibrate(MANIFEST, real, 0.01, real)


def test_pictures_with_warnings_do_not_count(real: Collected) -> None:
    for number in range(10):
        real.add(scored(f"warned{number}", 0.999, WarningCode.SMALL_FACE))
    own = calibrate(MANIFEST, real, 0.01)
    assert own.promise.false_alarms.pictures == 150
    assert max(own.real_scores) < 0.999


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    real, fake = np.float32([0.1, 0.2, 0.5, 0.7]), np.float32([0.5, 0.6, 0.9])
    area = roc_auc(real, fake)
    assert area.value == pytest.approx((2.5 + 3 + 4) / 12)
    assert area.low < area.value < area.high


def test_the_report_says_what_is_promised_and_what_not(real: Collected) -> None:
    real.unreadable = 3
    real.add(next(iter(real.pictures.values())))
    own = calibrate(MANIFEST, real, 0.01)
    page = report.render(own, real, None, "plot.png")
    assert f"| Model | {MANIFEST.name}, version {MANIFEST.version} |" in page
    assert f"`{MANIFEST.weights_sha256}`" in page
    assert "| Real pictures that the thresholds rest on | 150 |" in page
    assert f"| `fake` from | {own.thresholds.fake_above:.6f} |" in page
    assert "(the model's own) |" in page
    assert "called `fake` with a chance of at most 1 %" in page
    assert "![The scores and both thresholds](plot.png)" in page
    assert "Anything about another kind of picture" in page
    assert "No fakes were given" in page
    assert "- Files that repeat another one, which do not count: 1." in page
    assert "Files that could not be scored: 3." in page
    assert not re.search(r"\n{3,}|[ \t]\n", page), "as a person would write it"


def test_the_report_of_fakes_says_how_many_are_missed(real: Collected, fake: Collected) -> None:
    own = calibrate(MANIFEST, real, 0.01, fake, 0.1)
    page = report.render(own, real, fake, "plot.png")
    assert own.roc_auc
    assert "| Fakes that they rest on | 40 |" in page
    assert "called `real` with a chance of at most 10 %" in page
    assert f"higher than a real picture {100 * own.roc_auc.value:.1f} times of 100" in page
    assert "No fakes were given" not in page
    assert "## What looked odd\n\nNothing.\n" in page
    assert not re.search(r"\n{3,}|[ \t]\n", page)


@pytest.mark.parametrize(("share", "text"), [(0.01, "1 %"), (0.00021, "0.021 %"), (0.5, "50 %")])
def test_shares_are_told_in_per_cent(share: float, text: str) -> None:
    assert report.percent(share) == text


def test_the_plot_is_a_picture(real: Collected, fake: Collected, tmp_path: Path) -> None:
    own: OwnThresholds = calibrate(MANIFEST, real, 0.01, fake)
    for name, its_fake in (("both", fake.scores), ("one", None)):
        path = tmp_path / f"{name}.png"
        plot.draw(path, own.thresholds, real.scores, its_fake)
        assert Image.open(path).size == (840, 420)
