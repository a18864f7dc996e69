"""The order of training: reproducible, and no look gives its label away."""

from collections import Counter

import numpy as np
import pytest

from training.balance import Order, balanced, shuffled
from training.pixels import Pixels

COUNTS = {
    ("ffhq", 0): 90,
    ("stylegan", 1): 300,
    ("stylegan2", 1): 60,
    ("dfdc", 0): 400,
    ("dfdc", 1): 800,
    ("web", 0): 500,
    ("sfhq", 1): 50,
}


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    """Labels and sources with the imbalance of real collections; the images do not matter."""
    sources = [source for (source, _), count in COUNTS.items() for _ in range(count)]
    labels = np.array([label for (_, label), count in COUNTS.items() for _ in range(count)])
    n = len(labels)
    images = np.zeros((n, 1, 1, 3), np.uint8)
    return Pixels(images, np.arange(n), labels, sources, [""] * n, [], "")


def drawn(pixels: Pixels, epochs: int = 40) -> Counter[tuple[str, int]]:
    order = np.concatenate([balanced(pixels, 0, epoch) for epoch in range(epochs)])
    return Counter((pixels.sources[i], int(pixels.labels[i])) for i in order)


@pytest.mark.parametrize("order", [shuffled, balanced])
def test_an_order_depends_on_seed_and_epoch_alone(pixels: Pixels, order: Order) -> None:
    first = order(pixels, 0, 0)
    assert len(first) == len(pixels.labels)
    assert np.array_equal(first, order(pixels, 0, 0))
    assert not np.array_equal(first, order(pixels, 0, 1))
    assert not np.array_equal(first, order(pixels, 1, 0))


def test_shuffled_holds_each_picture_once(pixels: Pixels) -> None:
    assert sorted(shuffled(pixels, 0, 0)) == list(range(len(pixels.labels)))


@pytest.mark.parametrize(
    ("reals", "fakes"),
    [(["ffhq"], ["stylegan", "stylegan2"]), (["dfdc"], ["dfdc"]), (["web"], ["sfhq"])],
)
def test_within_a_look_both_labels_are_equally_likely(
    pixels: Pixels, reals: list[str], fakes: list[str]
) -> None:
    counts = drawn(pixels)
    real = sum(counts[source, 0] for source in reals)
    fake = sum(counts[source, 1] for source in fakes)
    assert real / (real + fake) == pytest.approx(0.5, abs=0.01)


def test_within_a_label_of_a_look_every_picture_is_equally_likely(pixels: Pixels) -> None:
    counts = drawn(pixels)
    assert counts["stylegan", 1] / counts["stylegan2", 1] == pytest.approx(5, rel=0.1)


def test_a_small_look_is_seen_more_than_in_proportion(pixels: Pixels) -> None:
    counts = drawn(pixels)
    small = counts["ffhq", 0] + counts["stylegan", 1] + counts["stylegan2", 1]
    large = counts["dfdc", 0] + counts["dfdc", 1]
    assert small / large == pytest.approx(np.sqrt(450 / 1200), rel=0.05)


def test_a_data_set_without_known_sources_is_balanced_by_label() -> None:
    labels = np.repeat([0, 1], [900, 100])
    images = np.zeros((1000, 1, 1, 3), np.uint8)
    unknown = Pixels(images, np.arange(1000), labels, ["all"] * 1000, [""] * 1000, [], "")
    order = np.concatenate([balanced(unknown, 0, epoch) for epoch in range(20)])
    assert labels[order].mean() == pytest.approx(0.5, abs=0.02)
