"""What every training picture goes through, real and fake alike, so that it marks neither."""

import tensorflow as tf


def augment(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mirror each picture of a batch with probability one half.

    ``images`` ``[batch, h, w, 3]``; ``seed`` is an int64 pair: the same pair gives the same
    result, so that a resumed run sees what the uninterrupted run would have seen.
    """
    return tf.image.stateless_random_flip_left_right(images, seed)
