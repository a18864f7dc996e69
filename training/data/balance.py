"""The order in which training sees the pictures, so that a source does not say the label."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from training.data.pixels import Pixels

Positions = NDArray[np.int64]

# For each draw the position of an image; with the number of images added to it, the forgery that
# ``forger.Forger`` makes of that image.
Order = Callable[[Pixels, int, int], Positions]

BLENDED = 0.15  # of the fakes, made of the real picture before
TWINNED = 0.5  # of the fakes that have a twin, the real picture that they were made of


def shuffled(pixels: Pixels, seed: int, epoch: int) -> Positions:
    """Each picture once, in an order that ``seed`` and ``epoch`` alone decide: int64 ``[n]``."""
    return np.random.default_rng((seed, epoch)).permutation(len(pixels.labels))


def paired(pixels: Pixels, seed: int, epoch: int, blended: float = BLENDED) -> Positions:
    """As many draws as there are pictures, a real and a fake in turn: int64 ``[n]``.

    A source comes up in proportion to the square root of its size: one of two pictures does not
    vanish, and one of a thousand does not rule. With a fake comes a real picture of its own source,
    often its twin; of a source of fakes alone, one of the sources of real pictures alone. A share
    of ``blended`` is not found but made, of the real picture before.
    """
    generator = np.random.default_rng((seed, epoch))
    sources, count = np.array(pixels.sources), len(pixels.labels)
    real, fake = (np.flatnonzero(pixels.labels == label) for label in (0, 1))
    pairs = -(-count // 2)
    fakes = _by_source(fake, sources, pairs, generator)
    reals = _partners(fakes, real, pixels, generator)
    made = generator.random(pairs) < blended
    reals[made] = _by_source(real, sources, made.sum(), generator)
    fakes[made] = reals[made] + count
    return np.stack([reals, fakes], axis=1).reshape(-1)[:count]


def pairs_without(sources: Sequence[str], pixels: Pixels, order: Positions) -> NDArray[np.bool_]:
    """Which draws of a ``paired`` order ``[n]`` are in pairs that have none of ``sources``."""
    found = np.array(pixels.sources)[order % len(pixels.labels)]
    hit = np.isin(found, sources)
    partners = np.arange(len(order)) ^ 1
    partners[-1] = min(partners[-1], len(order) - 1)  # of an odd number the last is alone
    kept: NDArray[np.bool_] = ~(hit | hit[partners])
    return kept


def _by_source(
    members: Positions, sources: NDArray[np.str_], count: int, generator: np.random.Generator
) -> Positions:
    """``count`` of them; a source comes up like the square root of how many it has of them."""
    _, which, sizes = np.unique(sources[members], return_inverse=True, return_counts=True)
    chances = 1 / np.sqrt(sizes[which])
    return generator.choice(members, count, p=chances / chances.sum())


def _partners(
    fakes: Positions, real: Positions, pixels: Pixels, generator: np.random.Generator
) -> Positions:
    """A real picture to go with each of the fakes."""
    sources = np.array(pixels.sources)
    fake_sources = sources[pixels.labels == 1]
    alone = real[~np.isin(sources[real], fake_sources)]
    partners = _by_source(alone if len(alone) else real, sources, len(fakes), generator)
    for source in np.intersect1d(sources[real], fake_sources):
        inside = sources[fakes] == source
        partners[inside] = generator.choice(real[sources[real] == source], inside.sum())
    twins = _twins(pixels)[fakes]
    return np.where((generator.random(len(fakes)) < TWINNED) & (twins >= 0), twins, partners)


def _twins(pixels: Pixels) -> Positions:
    """For each picture a real one of its source and group, or -1: int64 ``[n]``."""
    keys = list(zip(pixels.sources, pixels.groups, strict=True))
    real = {key: i for i, key in enumerate(keys) if key[1] and pixels.labels[i] == 0}
    return np.array([real.get(key, -1) for key in keys], np.int64)


# The same with as few made forgeries as can be.
paired_as_found = partial(paired, blended=0.0)
