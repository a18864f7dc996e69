"""Prepared pixels as ``tf.data`` pipelines."""

from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.data.augment import Augment
from training.data.balance import Order
from training.data.changes import UNKNOWN, Changes, resized
from training.data.forger import Forger
from training.data.pixels import Pixels
from training.data.share import WHOLE, Shares

Floats = NDArray[np.float32]

# How many batches are gathered and augmented at a time: shuffled reads come from disk.
PARALLEL = 2


def training_batches(
    pixels: Pixels,
    order: Order,
    augment: Augment,
    batch_size: int,
    seed: int,
    *,
    cells: int | None = None,
    first_epoch: int = 0,
    shares: Shares = WHOLE,
) -> tf.data.Dataset:
    """Endless augmented batches in ``order``, from the beginning of ``first_epoch`` on.

    Yields ``(images uint8 [b, h, w, 3], labels float32 [b])``; with ``cells`` the labels are a pair
    of these and a map of changes float32 ``[b, cells, cells]``. An epoch has
    ``ceil(n / batch_size)`` batches. Order and augmentation depend on ``seed``, the epoch, the step
    and the place in the batch alone, so a run that is resumed goes on as if it had never stopped,
    and the ``shares`` of all processes together, each one element, are the batch.
    """
    steps = -(-len(pixels.images) // batch_size)

    def epoch_batches(epoch: tf.Tensor) -> tf.data.Dataset:
        drawn = tf.numpy_function(lambda e: order(pixels, seed, int(e)), [epoch], tf.int64)
        return tf.data.Dataset.from_tensor_slices(drawn).batch(batch_size)

    return (
        tf.data.Dataset.counter(start=first_epoch)
        .flat_map(epoch_batches)
        .enumerate(start=first_epoch * steps)
        .flat_map(_cut(shares))
        .map(_prepare(pixels, augment, seed, cells, shares), num_parallel_calls=PARALLEL)
        .prefetch(tf.data.AUTOTUNE)
    )


def ordered_batches(
    pixels: Pixels, batch_size: int, cells: int | None = None, shares: Shares = WHOLE
) -> tf.data.Dataset:
    """Each image once, in order, as it is; batches like those of ``training_batches``.

    Where a fake was changed is not told.
    """
    count = len(pixels.images)
    parts = [
        (begin + first, begin + last)
        for begin in range(0, count, batch_size)
        for first, last in shares.parts(min(batch_size, count - begin))
    ]
    return (
        tf.data.Dataset.from_tensor_slices(parts)
        .map(_gather(pixels, cells), num_parallel_calls=PARALLEL)
        .prefetch(tf.data.AUTOTUNE)
    )


def _cut(shares: Shares) -> Any:
    """Each batch once for each part of it."""

    def cut(step: tf.Tensor, order: tf.Tensor) -> tf.data.Dataset:
        places = tf.data.Dataset.range(len(shares.numbers))
        return places.map(lambda place: (step, order, place))

    return cut


def _prepare(pixels: Pixels, augment: Augment, seed: int, cells: int | None, shares: Shares) -> Any:
    labels = pixels.labels[pixels.owners]
    count = len(pixels.images)
    forge = Forger(pixels)

    def one(drawn: int, generator: np.random.Generator) -> tuple[NDArray[np.uint8], Changes]:
        example = pixels.example(drawn % count)
        if drawn >= count:
            image, changes = forge(drawn - count, generator)
            example = replace(example, image=image, changes=changes)
        example = augment(example, generator)
        return example.image, resized(example.changes, cells or 1)

    def part(
        step: int, order: NDArray[np.int64], place: int
    ) -> tuple[NDArray[np.uint8], Floats, Floats]:
        first, last = shares.parts(len(order))[place]
        some = range(first, max(last, first + 1))  # what an empty part is none of has a shape
        images, changes = zip(
            *(
                one(int(order[position]), np.random.default_rng((seed, int(step), position)))
                for position in some
            ),
            strict=True,
        )
        size, drawn = last - first, order[first:last]
        fake = (drawn >= count) | (labels[drawn % count] == 1)
        found = np.stack(changes).astype(np.float32)
        return np.stack(images)[:size], fake.astype(np.float32), found[:size]

    def prepare(step: tf.Tensor, order: tf.Tensor, place: tf.Tensor) -> tuple[tf.Tensor, Any]:
        types = (tf.uint8, tf.float32, tf.float32)
        return _batch(cells, *tf.numpy_function(part, [step, order, place], types))

    return prepare


def _gather(pixels: Pixels, cells: int | None) -> Any:
    labels = pixels.labels[pixels.owners].astype(np.float32)

    def rows(part: NDArray[np.int64]) -> tuple[NDArray[np.uint8], Floats, Floats]:
        chosen = slice(*part)
        nowhere = np.full((len(labels[chosen]), cells or 1, cells or 1), UNKNOWN, np.float32)
        return np.array(pixels.images[chosen]), labels[chosen], nowhere

    def gather(part: tf.Tensor) -> tuple[tf.Tensor, Any]:
        types = (tf.uint8, tf.float32, tf.float32)
        return _batch(cells, *tf.numpy_function(rows, [part], types))

    return gather


def _batch(
    cells: int | None, images: tf.Tensor, labels: tf.Tensor, changes: tf.Tensor
) -> tuple[tf.Tensor, Any]:
    images = tf.ensure_shape(images, (None, None, None, 3))
    labels = tf.ensure_shape(labels, (None,))
    if cells is None:
        return images, labels
    return images, (labels, tf.ensure_shape(changes, (None, cells, cells)))
