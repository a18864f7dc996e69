"""What every training picture goes through, real and fake alike, so that it marks neither.

Detectors learn the file before the face (Grommelt et al. 2024, arXiv 2403.17608); blur and JPEG in
training let them generalise (Wang et al. 2020, "CNN-generated images are surprisingly easy to
spot… for now"). Each function takes an int64 seed pair: the same pair gives the same result, so
that a resumed run sees what the uninterrupted run would have seen.
"""

from collections.abc import Callable

import tensorflow as tf

Augment = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def mirror(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mirror each picture of a batch ``[batch, h, w, 3]`` with probability one half."""
    return tf.image.stateless_random_flip_left_right(images, seed)


def scramble(side: int) -> Augment:
    """Random framing, mirroring, colour, rescaling, noise and JPEG, in the order of a file's life.

    The result takes uint8 ``[batch, h, w, 3]`` and gives float32 ``[batch, side, side, 3]`` in
    0..255.
    """

    def scramble_batch(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        count = tf.shape(images)[0]
        seeds = tf.random.experimental.stateless_split(seed, count)
        return tf.map_fn(
            lambda pair: _scramble_one(pair[0], pair[1], side),
            (images, seeds),
            fn_output_signature=tf.TensorSpec((side, side, 3), tf.float32),
        )

    return scramble_batch


def _scramble_one(image: tf.Tensor, seed: tf.Tensor, side: int) -> tf.Tensor:
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 12), num=12)
    x = tf.cast(image, tf.float32) / 255
    x = _frame(x, seeds[0], seeds[1], side)
    x = tf.image.stateless_random_flip_left_right(x, seeds[2])
    x = tf.image.stateless_random_brightness(x, 0.12, seeds[3])
    x = tf.image.stateless_random_contrast(x, 0.8, 1.2, seeds[4])
    x = tf.image.stateless_random_saturation(x, 0.7, 1.3, seeds[5])
    x = _rescale(x, seeds[6], seeds[7], side)
    x = _noise(x, seeds[8], seeds[9])
    x = tf.clip_by_value(x, 0, 1)
    x = _jpeg(x, seeds[10], seeds[11])
    return tf.ensure_shape(x * 255, (side, side, 3))


def _uniform(seed: tf.Tensor, low: float = 0, high: float = 1) -> tf.Tensor:
    return tf.random.stateless_uniform((), seed, low, high)


def _frame(x: tf.Tensor, seed: tf.Tensor, place: tf.Tensor, side: int) -> tf.Tensor:
    """A random square with 0.65 to 1 of the side."""
    edge = _uniform(seed, 0.65, 1.0)
    corner = tf.random.stateless_uniform((2,), place) * (1 - edge)
    box = tf.concat([corner, corner + edge], 0)
    return tf.image.crop_and_resize(x[None], box[None], [0], (side, side))[0]


def _rescale(x: tf.Tensor, whether: tf.Tensor, how: tf.Tensor, side: int) -> tf.Tensor:
    """For half of the pictures: down to a random smaller side and up again."""

    def down_and_up() -> tf.Tensor:
        smaller = tf.cast(_uniform(how, 0.3, 1.0) * side, tf.int32)
        small = tf.image.resize(x, (smaller, smaller), antialias=True)
        return tf.image.resize(small, (side, side), "bicubic")

    return tf.cond(_uniform(whether) < 0.5, down_and_up, lambda: x)


def _noise(x: tf.Tensor, strength: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Gaussian noise of up to 0.03; none for half of the pictures."""
    deviation = tf.maximum(_uniform(strength, -0.03, 0.03), 0)
    return x + deviation * tf.random.stateless_normal(tf.shape(x), values)


def _jpeg(x: tf.Tensor, whether: tf.Tensor, how: tf.Tensor) -> tf.Tensor:
    """For three of four pictures: JPEG of a quality from 40 to 95."""
    return tf.cond(
        _uniform(whether) < 0.75,
        lambda: tf.image.stateless_random_jpeg_quality(x, 40, 95, how),
        lambda: x,
    )
