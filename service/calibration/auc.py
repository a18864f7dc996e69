"""How well an operator's fakes are told from the real pictures."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap, mannwhitneyu

from service.model.manifest import Estimate

RESAMPLES = 1000


def roc_auc(real: NDArray[np.float32], fake: NDArray[np.float32]) -> Estimate:
    """Area under the ROC curve of scores ``[n]`` and ``[m]``, with a 95 % bootstrap interval.

    The area is the share of pairs in the right order (Hanley and McNeil 1982), ties as halves.
    """
    interval = bootstrap(
        (real, fake),
        _area,
        n_resamples=RESAMPLES,
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    value = float(_area(real, fake))
    return Estimate(value=value, low=float(interval.low), high=float(interval.high))


def _area(
    real: NDArray[np.float32], fake: NDArray[np.float32], axis: int = -1
) -> NDArray[np.float64]:
    ordered = mannwhitneyu(fake, real, axis=axis, method="asymptotic").statistic
    return np.asarray(ordered / (real.shape[axis] * fake.shape[axis]))
