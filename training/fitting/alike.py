"""A training like another without some of its sources, from what the other has seen of the rest.

What a frozen backbone says of a picture does not depend on which others there are, and to ask it
takes most of the time of such a training.
"""

from collections.abc import Sequence

import numpy as np

from training.data.balance import look_of
from training.data.pixels import Pixels
from training.errors import RunError
from training.fitting.recipes import find_recipe
from training.fitting.run import Run


def require_alike(like: Run, architecture: str, seed: int, without: Sequence[str]) -> None:
    """See that a training can take over what ``like`` has seen.

    Raises:
        RunError: it is of another network or seed, was not shown enough, or kept nothing.
    """
    config = like.config
    if (config.architecture, config.seed) != (architecture, seed):
        raise RunError(f"{like.folder}: of {config.architecture}, seed {config.seed}")
    if find_recipe(architecture).teach_heads is None:
        raise RunError(f"{architecture}: keeps nothing that it has seen; leave --like")
    if lacking := set(config.without) - set(without):
        raise RunError(f"{like.folder}: was not shown {', '.join(sorted(lacking))}")


def require_partners(pixels: Pixels, without: Sequence[str]) -> None:
    """See that what is left of each look still has both labels, so that it was drawn in pairs.

    Raises:
        RunError: some would be left out with ``without``, for want of another partner.
    """
    sources, looks = np.array(pixels.sources), np.array([look_of(it) for it in pixels.sources])
    left = ~np.isin(sources, without)
    for look in np.unique(looks[left]):
        inside = looks == look
        if set(pixels.labels[inside]) != set(pixels.labels[inside & left]):
            names = ", ".join(sorted(set(sources[inside & left])))
            raise RunError(f"{names}: seen only beside what is left out; leave --like")
