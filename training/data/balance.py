"""In which order training sees the pictures, so that a look does not give the label away."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from training.data.pixels import Pixels

# For each draw the position of an image; with the number of images added to it, the forgery that
# ``forger.Forger`` makes of that image.
Order = Callable[[Pixels, int, int], NDArray[np.int64]]

# Sources that look alike in framing, resolution and compression but for what makes a fake a fake.
# A network that is shown more fakes than reals of one look learns the look.
LOOKS = (
    ("ffhq", "stylegan", "stylegan2"),
    ("dfdc",),
    ("lfwswap", "lfw"),
)
BLENDED = 0.5  # of the fakes, made of the real picture before
TWINNED = (
    0.5  # of the fakes that have a twin, the real picture that they were made of, come with it
)


def shuffled(pixels: Pixels, seed: int, epoch: int) -> NDArray[np.int64]:
    """Each picture once, in an order that ``seed`` and ``epoch`` alone decide: int64 ``[n]``."""
    return np.random.default_rng((seed, epoch)).permutation(len(pixels.labels))


def paired(pixels: Pixels, seed: int, epoch: int, blended: float = BLENDED) -> NDArray[np.int64]:
    """As many draws as there are pictures, a real and a fake of the same look in turn.

    A look comes up in proportion to the square root of its size, so that small ones are seen;
    sources outside ``LOOKS`` are one more look. Some fakes follow their real twin, a share of
    ``blended`` is made of it; a look without fakes has only such ones.
    """
    generator = np.random.default_rng((seed, epoch))
    count = len(pixels.labels)
    looks = np.array([look_of(source) for source in pixels.sources])
    twins = _twins(pixels)
    present, sizes = np.unique(looks, return_counts=True)
    chances = np.sqrt(sizes) / np.sqrt(sizes).sum()
    drawn = generator.choice(present, -(-count // 2), p=chances)
    order = np.empty((len(drawn), 2), np.int64)
    for look in present:
        inside = drawn == look
        members = np.flatnonzero(looks == look)
        order[inside] = _pairs(members, pixels.labels, twins, inside.sum(), blended, generator)
    return order.reshape(-1)[:count]


def pairs_without(
    sources: Sequence[str], pixels: Pixels, order: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which draws of a ``paired`` order ``[n]`` are in pairs that have none of ``sources``."""
    found = np.array(pixels.sources)[order % len(pixels.labels)]
    hit = np.isin(found, sources)
    partners = np.arange(len(order)) ^ 1
    partners[-1] = min(partners[-1], len(order) - 1)  # of an odd number the last is alone
    kept: NDArray[np.bool_] = ~(hit | hit[partners])
    return kept


def _twins(pixels: Pixels) -> NDArray[np.int64]:
    """For each picture a real one of its source and group, or -1: int64 ``[n]``."""
    keys = list(zip(pixels.sources, pixels.groups, strict=True))
    real = {key: i for i, key in enumerate(keys) if key[1] and pixels.labels[i] == 0}
    return np.array([real.get(key, -1) for key in keys], np.int64)


def _pairs(
    members: NDArray[np.int64],
    labels: NDArray[np.int64],
    twins: NDArray[np.int64],
    count: int,
    blended: float,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Of one look's ``members``: int64 ``[count, 2]``, a real and a fake."""
    real, fake = members[labels[members] == 0], members[labels[members] == 1]
    if len(real) == 0:
        return generator.choice(fake, (count, 2))
    reals = generator.choice(real, count)
    if len(fake) == 0:
        return np.stack([reals, reals + len(labels)], axis=1)
    fakes = generator.choice(fake, count)
    twinned = (generator.random(count) < TWINNED) & (twins[fakes] >= 0)
    reals = np.where(twinned, twins[fakes], reals)
    made = generator.random(count) < blended
    return np.stack([reals, np.where(made, reals + len(labels), fakes)], axis=1)


def look_of(source: str) -> int:
    """The number of the look in ``LOOKS`` that ``source`` belongs to; the last for all others."""
    return next((number for number, look in enumerate(LOOKS) if source in look), len(LOOKS))


# The same with as few made forgeries as can be.
paired_as_found = partial(paired, blended=0.0)
