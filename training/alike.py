"""A training like another without some of its sources, from what the other has seen of the rest.

What a frozen backbone says of a picture does not depend on which others there are, and to ask it
takes most of the time of such a training.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.balance import Order, pairs_without
from training.errors import RunError
from training.pixels import Pixels
from training.run import Run, RunConfig


def require_alike(like: Run, architecture: str, seed: int, without: Sequence[str]) -> None:
    """See that a training can take over what ``like`` has seen.

    Raises:
        RunError: it is of another network or seed, or was not shown enough.
    """
    config = like.config
    if (config.architecture, config.seed) != (architecture, seed):
        raise RunError(f"{like.folder}: of {config.architecture}, seed {config.seed}")
    if lacking := set(config.without) - set(without):
        raise RunError(f"{like.folder}: was not shown {', '.join(sorted(lacking))}")


def draws_to_learn(
    pixels: Pixels, order: Order, config: RunConfig, epoch: int
) -> NDArray[np.bool_]:
    """Which draws of a paired ``order`` a run without some sources learns from: bool ``[n]``.

    Of a pair with one of them it is neither, so that both labels remain equally likely.

    Raises:
        RunError: nothing would be left of a source that is not to be left out.
    """
    drawn = order(pixels, config.seed, epoch)
    kept = pairs_without(config.without, pixels, drawn)
    sources = np.array(pixels.sources)[drawn % len(pixels.labels)]
    if lost := set(sources) - set(sources[kept]) - set(config.without):
        names = ", ".join(sorted(lost))
        raise RunError(f"{config.like}: shows {names} only beside what is left out; leave --like")
    return kept
