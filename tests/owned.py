"""Own thresholds as `deepfake calibrate` would write them, without scoring a picture."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from service.calibration.conformal import fake_above
from service.model.manifest import Manifest, Thresholds
from service.model.own import OwnThresholds, Weights
from service.model.promise import Promise


def own_of(manifest: Manifest, highest: float, count: int = 150, **changes: Any) -> OwnThresholds:
    """For the weights of ``manifest``, from scores from 0 to ``highest``, at 1 %."""
    scores = np.linspace(0, highest, count, dtype=np.float32)
    threshold, rate = fake_above(scores, 0.01)
    content = {
        "thresholds": Thresholds(fake_above=threshold, real_below=0.1),
        "promise": Promise(calibrated=datetime(2026, 1, 2, tzinfo=UTC), false_alarms=rate),
        "model": Weights(
            name=manifest.name, version=manifest.version, weights_sha256=manifest.weights_sha256
        ),
        "real_scores": tuple(map(float, scores)),
    }
    return OwnThresholds(**{**content, **changes})


def write_own(path: Path, models: Path, highest: float) -> Path:
    """The file for the newest model in ``models``."""
    newest = max(models.iterdir(), key=lambda folder: int(folder.name))
    path.write_text(own_of(Manifest.read(newest), highest).model_dump_json())
    return path
