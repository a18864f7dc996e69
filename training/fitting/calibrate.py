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

MAX_FALSE_POSITIVE_RATE = 0.01  # of a source's real pictures at or above fake_above, on average
MAX_MISS_RATE = 0.1  # of fakes of a known kind below real_below
ROUNDING = 1e-9  # of sums of shares

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a network says of ``n`` pictures: logits float64 ``[n]``, before calibration; labels
    int64 ``[n]``, 0 (real) and 1 (fake); sources str ``[n]``."""

    logits: Floats
    labels: Labels
    sources: NDArray[np.str_]


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
    return keep(run, fit(Scored(logits(run, valid), valid.labels, np.array(valid.sources))))


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


def fit(known: Scored, strange: Scored | None = None) -> Calibration:
    """Fit on pictures of sources that a network was shown and, where there are, of others.

    The scale is fitted on both, as if what comes were as often of a known kind as not. Of false
    alarms the strange ones decide, a source as much as another: the next photograph is of a source
    of its own. Of misses the known ones do: no threshold keeps out what cannot be told. Both labels
    must occur in each.
    """
    strange = strange or known
    scaled = Calibration(*_scale(known, strange), fake_above=0.5, real_below=0.5)
    reals, fakes = strange.labels == 0, known.labels == 1
    return replace(
        scaled,
        fake_above=_fake_above(scaled.probability(strange.logits[reals]), strange.sources[reals]),
        real_below=_real_below(scaled.probability(known.logits[fakes])),
    )


def _scale(*groups: Scored) -> tuple[float, float]:
    """Temperature and bias, where each of the groups weighs the same."""
    return fit_scale(
        np.concatenate([it.logits for it in groups]),
        np.concatenate([it.labels for it in groups]),
        np.concatenate([np.full(len(it.labels), 1 / len(it.labels)) for it in groups]),
    )


def fit_scale(logits: Floats, labels: Labels, weights: Floats) -> tuple[float, float]:
    """The temperature and bias with the lowest cross-entropy (Platt 1999), weighted ``[n]``."""
    signs = np.where(labels == 1, 1.0, -1.0)

    def cross_entropy(scale: Floats) -> float:
        log_temperature, bias = scale
        scaled = logits / np.exp(log_temperature) + bias
        return float(np.average(np.logaddexp(0, -signs * scaled), weights=weights))

    best = minimize(cross_entropy, np.zeros(2), bounds=[np.log([0.05, 20]), (-20, 20)])
    log_temperature, bias = best.x
    return float(np.exp(log_temperature)), float(bias)


def _fake_above(real: Floats, sources: NDArray[np.str_]) -> float:
    """The lowest threshold that 1 % of a source's real pictures reach, on the mean over sources, or
    fewer; but at least 0.5."""
    _, source, sizes = np.unique(sources, return_inverse=True, return_counts=True)
    order = np.argsort(-real)
    reached = np.cumsum(1 / sizes[source[order]]) / len(sizes)
    refused = np.searchsorted(reached, MAX_FALSE_POSITIVE_RATE + ROUNDING, side="right")
    threshold = np.nextafter(np.float32(real[order[refused]]), np.float32(1))
    return float(np.clip(threshold, 0.5, 1.0))


def _real_below(fake: Floats) -> float:
    """The highest threshold that at most 10 % of the fakes stay under, but at most 0.5."""
    allowed = int(MAX_MISS_RATE * len(fake))
    return float(min(np.sort(fake)[allowed], 0.5))
