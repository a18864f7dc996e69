"""Prepared pixels as ``tf.data`` pipelines."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.augment import Augment
from training.balance import Order
from training.pixels import Pixels

# How many batches are gathered and augmented at a time: shuffled reads come from disk.
PARALLEL = 2


def training_batches(
    pixels: Pixels,
    order: Order,
    augment: Augment,
    batch_size: int,
    seed: int,
    first_epoch: int = 0,
) -> tf.data.Dataset:
    """Endless augmented batches in ``order``, from the beginning of ``first_epoch`` on.

    Yields ``(images [b, h, w, 3], labels float32 [b])``; an epoch has ``ceil(n / batch_size)``
    batches. Order and augmentation depend on ``seed``, the epoch and the step alone, so a run that
    is resumed goes on as if it had never stopped.
    """
    steps = -(-len(pixels.images) // batch_size)

    def epoch_batches(epoch: tf.Tensor) -> tf.data.Dataset:
        drawn = tf.numpy_function(lambda e: order(pixels, seed, int(e)), [epoch], tf.int64)
        return tf.data.Dataset.from_tensor_slices(drawn).batch(batch_size)

    def augmented(step: tf.Tensor, batch: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, ...]:
        images, labels = batch
        return augment(images, tf.stack([tf.cast(seed, tf.int64), step])), labels

    return (
        tf.data.Dataset.counter(start=first_epoch)
        .flat_map(epoch_batches)
        .map(_gather(pixels), num_parallel_calls=PARALLEL)
        .enumerate(start=first_epoch * steps)
        .map(augmented, num_parallel_calls=PARALLEL)
        .prefetch(tf.data.AUTOTUNE)
    )


def ordered_batches(pixels: Pixels, batch_size: int) -> tf.data.Dataset:
    """Each image once, in order, as it is: ``(images uint8, labels float32)``."""
    return (
        tf.data.Dataset.range(len(pixels.images))
        .batch(batch_size)
        .map(_gather(pixels), num_parallel_calls=PARALLEL)
        .prefetch(tf.data.AUTOTUNE)
    )


def _gather(pixels: Pixels) -> Any:
    side = pixels.images.shape[1]
    labels = pixels.labels[pixels.owners].astype(np.float32)

    def rows(indices: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        return pixels.images[indices], labels[indices]

    def gather(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, its_labels = tf.numpy_function(rows, [indices], (tf.uint8, tf.float32))
        return (
            tf.ensure_shape(images, (None, side, side, 3)),
            tf.ensure_shape(its_labels, (None,)),
        )

    return gather
