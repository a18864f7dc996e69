"""From what was collected to own thresholds and what they promise."""

from datetime import UTC, datetime

from service.calibration import conformal
from service.calibration.auc import roc_auc
from service.calibration.collected import Collected
from service.calibration.doubts import doubts
from service.errors import CalibrationError
from service.model.manifest import Manifest, Thresholds
from service.model.own import OwnThresholds, Weights
from service.model.promise import Promise


def calibrate(
    manifest: Manifest,
    real: Collected,
    false_alarms: float,
    fake: Collected | None = None,
    misses: float = 0.05,
) -> OwnThresholds:
    """Thresholds at the stated rates; without fakes, `real_below` is the model's own.

    Raises:
        CalibrationError: there are too few pictures for the rates, or one is both real and fake.
    """
    _refuse_both(real, fake)
    scores = real.scores
    fake_above, alarms = conformal.fake_above(scores, false_alarms)
    real_below, missed, area = manifest.thresholds.real_below, None, None
    if fake is not None:
        real_below, missed = conformal.real_below(fake.scores, misses)
        area = roc_auc(scores, fake.scores)
    return OwnThresholds(
        thresholds=Thresholds(fake_above=fake_above, real_below=real_below),
        promise=Promise(
            calibrated=datetime.now(UTC).replace(microsecond=0),
            false_alarms=alarms,
            misses=missed,
            doubts=doubts(real, manifest),
        ),
        roc_auc=area,
        model=Weights(
            name=manifest.name,
            version=manifest.version,
            weights_sha256=manifest.weights_sha256,
        ),
        real_scores=tuple(map(float, scores)),
    )


def _refuse_both(real: Collected, fake: Collected | None) -> None:
    both = real.pictures.keys() & fake.pictures.keys() if fake else ()
    if both:
        raise CalibrationError(
            f"pictures that are among both the real ones and the fakes: {len(both)}"
        )
