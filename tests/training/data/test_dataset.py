"""The pipelines: each picture once an epoch, the same order for the same seed, from any epoch."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from training.data.augment import mirror
from training.data.balance import shuffled
from training.data.changes import UNKNOWN
from training.data.dataset import ordered_batches, training_batches
from training.data.decoding import View
from training.data.pixels import Pixels, load_pixels
from training.data.samples import find_samples

BATCH = 30
ONES = np.ones((1, 32, 32), np.int8)
STEPS = 6  # 160 pictures: the last batch is smaller


@pytest.fixture(scope="module")
def pixels(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Pixels:
    return load_pixels(
        find_samples(dataset, "train"), View(32, None), tmp_path_factory.mktemp("cache")
    )


def brightness(images: np.ndarray) -> list[float]:
    """A number a picture that a mirror image shares."""
    return [float(image.mean()) for image in images.astype(np.float64)]


def epoch(pixels: Pixels, seed: int, number: int) -> list[tuple[np.ndarray, np.ndarray]]:
    batches = training_batches(pixels, shuffled, mirror, BATCH, seed, first_epoch=number)
    return list(islice(batches.as_numpy_iterator(), STEPS))


def test_ordered_batches_are_the_pixels_as_they_are(pixels: Pixels) -> None:
    batches = list(ordered_batches(pixels, BATCH).as_numpy_iterator())
    assert np.array_equal(np.concatenate([images for images, _ in batches]), pixels.images)
    assert np.array_equal(np.concatenate([labels for _, labels in batches]), pixels.labels)


def test_an_epoch_holds_each_picture_once_with_its_label(pixels: Pixels) -> None:
    batches = epoch(pixels, seed=0, number=0)
    drawn = [
        pair for images, labels in batches for pair in zip(brightness(images), labels, strict=True)
    ]
    expected = zip(brightness(pixels.images), pixels.labels, strict=True)
    assert sorted(drawn) == sorted(expected)


def test_the_order_differs_between_epochs_and_seeds_but_not_between_runs(pixels: Pixels) -> None:
    first = [brightness(images) for images, _ in epoch(pixels, seed=0, number=0)]
    assert first == [brightness(images) for images, _ in epoch(pixels, seed=0, number=0)]
    assert first != [brightness(images) for images, _ in epoch(pixels, seed=0, number=1)]
    assert first != [brightness(images) for images, _ in epoch(pixels, seed=1, number=0)]


def test_beginning_at_a_later_epoch_gives_what_would_have_come(pixels: Pixels) -> None:
    endless = training_batches(pixels, shuffled, mirror, BATCH, 0).as_numpy_iterator()
    through = list(islice(endless, STEPS, 2 * STEPS))
    for (images, labels), (resumed, its_labels) in zip(through, epoch(pixels, 0, 1), strict=True):
        assert np.array_equal(images, resumed)
        assert np.array_equal(labels, its_labels)


def test_with_cells_the_labels_come_with_where_it_was_changed(pixels: Pixels) -> None:
    """Reals are known to be unchanged; of these fakes, which have no twin, nothing is known."""
    known = replace(pixels, changes=np.where(pixels.labels == 1, UNKNOWN, 0)[:, None, None] * ONES)
    batches = training_batches(known, shuffled, mirror, BATCH, 0, cells=6).as_numpy_iterator()
    for _, (labels, changes) in islice(batches, STEPS):
        assert changes.shape == (len(labels), 6, 6)
        assert (changes[labels == 0] == 0).all()
        assert (changes[labels == 1] == UNKNOWN).all()


def test_made_forgeries_are_fakes_and_known_to_be_changed_somewhere(pixels: Pixels) -> None:
    def forgeries_alone(pixels: Pixels, seed: int, epoch: int) -> np.ndarray:
        order = shuffled(pixels, seed, epoch)
        return np.asarray(order[pixels.labels[order] == 0] + len(pixels.labels))

    batches = training_batches(pixels, forgeries_alone, mirror, BATCH, 0, cells=12)
    for _, (labels, changes) in islice(batches.as_numpy_iterator(), 2):
        assert (labels == 1).all()
        assert changes.min() == 0
        assert (changes.max(axis=(1, 2)) == 1).all()


def test_ordered_batches_do_not_tell_where(pixels: Pixels) -> None:
    for images, (labels, changes) in ordered_batches(pixels, BATCH, cells=6).as_numpy_iterator():
        assert len(images) == len(labels)
        assert changes.shape == (len(labels), 6, 6)
        assert (changes == UNKNOWN).all()
