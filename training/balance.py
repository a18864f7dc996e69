"""In which order training sees the pictures, so that a look does not give the label away."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.pixels import Pixels

Order = Callable[[Pixels, int, int], NDArray[np.int64]]

# Sources that look alike in framing, resolution and compression but for what makes a fake a fake.
# A network that is shown more fakes than reals of one look learns the look.
LOOKS = (
    ("ffhq", "stylegan", "stylegan2"),
    ("dfdc",),
    ("lfwswap", "lfw"),
)


def shuffled(pixels: Pixels, seed: int, epoch: int) -> NDArray[np.int64]:
    """Each picture once, in an order that ``seed`` and ``epoch`` alone decide: int64 ``[n]``."""
    order = tf.random.experimental.stateless_shuffle(tf.range(len(pixels.labels)), (seed, epoch))
    return np.asarray(order, np.int64)


def balanced(pixels: Pixels, seed: int, epoch: int) -> NDArray[np.int64]:
    """As many draws as there are pictures, each label equally likely within each look.

    A look comes up in proportion to the square root of its size, so that small ones are seen;
    sources outside ``LOOKS`` are one more look.
    """
    generator = np.random.default_rng((seed, epoch))
    return generator.choice(len(pixels.labels), len(pixels.labels), p=_chances(pixels))


def _chances(pixels: Pixels) -> NDArray[np.float64]:
    looks = np.array([_look(source) for source in pixels.sources])
    chances = np.zeros(len(looks))
    for look in np.unique(looks):
        inside = looks == look
        for label in (0, 1):
            chosen = inside & (pixels.labels == label)
            if chosen.any():
                chances[chosen] = np.sqrt(inside.sum()) / chosen.sum()
    normalized: NDArray[np.float64] = chances / chances.sum()
    return normalized


def _look(source: str) -> int:
    return next((number for number, look in enumerate(LOOKS) if source in look), len(LOOKS))
