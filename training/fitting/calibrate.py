"""From logits to probabilities that mean what they say, and to thresholds at stated error rates."""

from dataclasses import asdict, dataclass, replace

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from training.data.dataset import ordered_batches
from training.data.pixels import Pixels, picture_scores
from training.errors import RunError
from training.fitting.run import Run

MAX_FALSE_POSITIVE_RATE = 0.01  # of real pictures at or above fake_above
MAX_MISS_RATE = 0.05  # of fakes below real_below

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """``fake_probability = sigmoid(logit / temperature + bias)``.

    At ``fake_above`` or more the verdict is fake, under ``real_below`` it is real, between them
    uncertain; ``real_below <= 0.5 <= fake_above``, so that verdict and label never contradict.
    """

    temperature: float
    bias: float
    fake_above: float
    real_below: float

    def probability(self, logits: Floats) -> Floats:
        """Of fake, in 0..1, for logits ``[n]``."""
        return np.asarray(expit(logits / self.temperature + self.bias))


def calibrate(run: Run, valid: Pixels) -> Calibration:
    """Fit a finished run's scale and thresholds on the validation split, and keep them.

    Of sources that the run knows: what ``cross_fit`` does instead holds for others, too.
    """
    return keep(run, fit(logits(run, valid), valid.labels))


def keep(run: Run, calibration: Calibration) -> Calibration:
    """Write it into the run's folder."""
    run.write_json("calibration.json", asdict(calibration))
    return calibration


def logits(run: Run, pixels: Pixels) -> Floats:
    """What a finished run says of each picture, before calibration: float64 ``[n]``."""
    model = keras.models.load_model(run.best)
    by_face = keras.Model(model.input, model.get_layer("logit").output).predict(
        ordered_batches(pixels, run.config.batch_size), verbose=0
    )
    return picture_scores(pixels, by_face[:, 0]).astype(np.float64)


def read(run: Run) -> Calibration:
    """The calibration that ``calibrate`` kept.

    Raises:
        RunError: the run has not finished training.
    """
    try:
        return Calibration(**run.read_json("calibration.json"))
    except TypeError as error:
        raise RunError(f"{run.folder}: calibration.json: {error}") from error


def fit(logits: Floats, labels: Labels) -> Calibration:
    """Fit on logits ``[n]`` and labels ``[n]`` of 0 (real) and 1 (fake); both must occur."""
    scaled = Calibration(*fit_scale(logits, labels), fake_above=0.5, real_below=0.5)
    probabilities = scaled.probability(logits)
    return replace(
        scaled,
        fake_above=_fake_above(probabilities[labels == 0]),
        real_below=_real_below(probabilities[labels == 1]),
    )


def fit_scale(logits: Floats, labels: Labels) -> tuple[float, float]:
    """The temperature and bias with the lowest cross-entropy (Platt 1999)."""
    signs = np.where(labels == 1, 1.0, -1.0)

    def cross_entropy(scale: Floats) -> float:
        log_temperature, bias = scale
        scaled = logits / np.exp(log_temperature) + bias
        return float(np.logaddexp(0, -signs * scaled).mean())

    best = minimize(cross_entropy, np.zeros(2), bounds=[np.log([0.05, 20]), (-20, 20)])
    log_temperature, bias = best.x
    return float(np.exp(log_temperature)), float(bias)


def _fake_above(real: Floats) -> float:
    """The lowest threshold that at most 1 % of the real pictures reach, but at least 0.5."""
    allowed = int(MAX_FALSE_POSITIVE_RATE * len(real))
    highest_refused = np.sort(real)[::-1][allowed]
    return float(np.clip(np.nextafter(np.float32(highest_refused), np.float32(1)), 0.5, 1.0))


def _real_below(fake: Floats) -> float:
    """The highest threshold that at most 5 % of the fakes stay under, but at most 0.5."""
    allowed = int(MAX_MISS_RATE * len(fake))
    return float(min(np.sort(fake)[allowed], 0.5))
