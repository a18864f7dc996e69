"""Prepared pixels as ``tf.data`` pipelines."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.augment import augment
from training.pixels import Pixels

# How many pictures are gathered ahead of the step that uses them: shuffled reads come from disk.
GATHER_THREADS = 2


def training_batches(
    pixels: Pixels, batch_size: int, seed: int, first_epoch: int = 0
) -> tf.data.Dataset:
    """Endless shuffled, augmented batches, from the beginning of ``first_epoch`` on.

    Yields ``(images uint8 [b, side, side, 3], labels float32 [b])``; each picture comes once in an
    epoch of ``ceil(n / batch_size)`` batches. Order and augmentation depend on ``seed``, the epoch
    and the step alone, so a run that is resumed goes on as if it had never stopped.
    """
    steps = -(-len(pixels.labels) // batch_size)

    def epoch_batches(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(
            tf.range(len(pixels.labels)), seed=tf.stack([tf.cast(seed, tf.int64), epoch])
        )
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

    def augmented(step: tf.Tensor, batch: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, ...]:
        images, labels = batch
        return augment(images, tf.stack([tf.cast(seed, tf.int64), step])), labels

    return (
        tf.data.Dataset.counter(start=first_epoch)
        .flat_map(epoch_batches)
        .map(_gather(pixels), num_parallel_calls=GATHER_THREADS)
        .enumerate(start=first_epoch * steps)
        .map(lambda step, batch: augmented(step, batch), num_parallel_calls=GATHER_THREADS)
        .prefetch(tf.data.AUTOTUNE)
    )


def ordered_batches(pixels: Pixels, batch_size: int) -> tf.data.Dataset:
    """Each picture once, in order, as it is: ``(images uint8, labels float32)``."""
    return (
        tf.data.Dataset.range(len(pixels.labels), output_type=tf.int32)
        .batch(batch_size)
        .map(_gather(pixels), num_parallel_calls=GATHER_THREADS)
        .prefetch(tf.data.AUTOTUNE)
    )


def _gather(pixels: Pixels):  # type: ignore[no-untyped-def]  # a tensor function, untyped by TensorFlow
    side = pixels.images.shape[1]

    def rows(indices: NDArray[np.int32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        return pixels.images[indices], pixels.labels[indices].astype(np.float32)

    def gather(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = tf.numpy_function(rows, [indices], (tf.uint8, tf.float32))
        return tf.ensure_shape(images, (None, side, side, 3)), tf.ensure_shape(labels, (None,))

    return gather
