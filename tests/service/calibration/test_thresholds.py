"""What is collected becomes thresholds that say what they promise."""

from datetime import UTC, datetime

import pytest

from service.calibration.auc import roc_auc
from service.calibration.collected import Collected
from service.calibration.thresholds import calibrate
from service.errors import CalibrationError
from service.model.manifest import Manifest
from service.scoring.words import WarningCode
from tests.conftest import SHIPPED
from tests.service.calibration.test_collected import scored

MANIFEST = Manifest.read(SHIPPED)


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
