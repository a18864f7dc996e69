"""The order of training: reproducible, and no look gives its label away."""

from collections import Counter

import numpy as np
import pytest

from tests.prepared import prepare
from training.data.balance import (
    BLENDED,
    TWINNED,
    Order,
    look_of,
    paired,
    paired_as_found,
    pairs_without,
    shuffled,
)
from training.data.pixels import Pixels

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
    return prepare(labels, sources)


def drawn(pixels: Pixels, epochs: int = 40) -> Counter[tuple[str, int]]:
    """How often each source and label came up; 2 stands for forgeries made of its real pictures."""
    count = len(pixels.labels)
    order = np.concatenate([paired(pixels, 0, epoch) for epoch in range(epochs)])
    return Counter(
        (pixels.sources[i % count], 2 if i >= count else int(pixels.labels[i])) for i in order
    )


@pytest.mark.parametrize("order", [shuffled, paired])
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
    made = sum(counts[source, 2] for source in reals)
    fake = sum(counts[source, 1] for source in fakes)
    assert real == made + fake
    assert made / (made + fake) == pytest.approx(BLENDED, abs=0.03)


def test_as_found_nothing_is_made_but_where_a_look_has_no_fakes(pixels: Pixels) -> None:
    count = len(pixels.labels)
    order = np.concatenate([paired_as_found(pixels, 0, epoch) for epoch in range(10)])
    made = {pixels.sources[i - count] for i in order if i >= count}
    looks = {look_of(source) for source, label in COUNTS if label == 1}
    assert all(look_of(source) not in looks for source in made)


def test_a_real_and_a_fake_of_one_look_come_in_turn(pixels: Pixels) -> None:
    count = len(pixels.labels)
    for real, fake in paired(pixels, 0, 0).reshape(-1, 2):
        assert pixels.labels[real] == 0
        assert fake == real + count or pixels.labels[fake] == 1
        assert look_of(pixels.sources[real]) == look_of(pixels.sources[fake % count])


def without(pixels: Pixels, label: int) -> Pixels:
    chosen = np.flatnonzero(pixels.labels != label)
    return prepare(pixels.labels[chosen], [pixels.sources[i] for i in chosen])


def test_a_look_without_fakes_is_given_made_ones(pixels: Pixels) -> None:
    reals = without(pixels, 1)
    order = paired(reals, 0, 0).reshape(-1, 2)
    assert (order[:, 1] == order[:, 0] + len(reals.labels)).all()


def test_a_look_without_real_pictures_has_none_to_draw(pixels: Pixels) -> None:
    fakes = without(pixels, 0)
    assert paired(fakes, 0, 0).max() < len(fakes.labels)


def test_within_a_label_of_a_look_every_picture_is_equally_likely(pixels: Pixels) -> None:
    counts = drawn(pixels)
    assert counts["stylegan", 1] / counts["stylegan2", 1] == pytest.approx(5, rel=0.1)


def test_a_small_look_is_seen_more_than_in_proportion(pixels: Pixels) -> None:
    counts = drawn(pixels)
    small, large = counts["ffhq", 0], counts["dfdc", 0]
    assert small / large == pytest.approx(np.sqrt(450 / 1200), rel=0.05)


def test_a_data_set_without_known_sources_is_balanced_by_label() -> None:
    labels = np.repeat([0, 1], [900, 100])
    unknown = prepare(labels, ["all"] * 1000)
    assert (paired(unknown, 0, 0)[::2] < 900).all()
    assert (paired(unknown, 0, 0)[1::2] >= 900).all()


def test_a_fake_often_follows_its_twin() -> None:
    """Reals 0..99 and fakes 100..199, of which the first fifty have a twin."""
    groups = [f"g{n}" for n in range(100)] + [f"g{n}" if n < 50 else "" for n in range(100)]
    pixels = prepare(np.repeat([0, 1], 100), ["dfdc"] * 200, groups=groups)
    pairs = np.concatenate([paired(pixels, 0, epoch) for epoch in range(40)]).reshape(-1, 2)
    pairs = pairs[pairs[:, 1] < 200]
    twins = pairs[:, 0] + 100 == pairs[:, 1]
    with_twin = pairs[:, 1] < 150
    assert twins[with_twin].mean() == pytest.approx(TWINNED, abs=0.06)
    assert twins[~with_twin].mean() < 0.05, "by chance alone"


def test_pictures_of_one_group_in_two_sources_are_no_twins() -> None:
    pixels = prepare(np.array([0, 0, 1, 1]), ["a", "b", "b", "b"], groups=["g", "", "g", "h"])
    reals = {int(real) for real in paired(pixels, 0, 0).reshape(-1, 2)[:, 0]}
    assert reals <= {0, 1}


def test_a_pair_with_what_is_left_out_is_left_out_whole(pixels: Pixels) -> None:
    order = paired(pixels, 0, 0)
    sources = np.array(pixels.sources)[order % len(pixels.labels)].reshape(-1, 2)
    kept = pairs_without(["stylegan2", "web"], pixels, order).reshape(-1, 2)
    assert np.array_equal(kept[:, 0], kept[:, 1])
    assert np.array_equal(kept[:, 0], ~np.isin(sources, ["stylegan2", "web"]).any(axis=1))
    assert set(sources[kept[:, 0]].ravel()) == {"ffhq", "stylegan", "dfdc"}


def test_without_nothing_all_pairs_stay(pixels: Pixels) -> None:
    assert pairs_without([], pixels, paired(pixels, 0, 0)).all()


@pytest.mark.parametrize("last", ["web", "dfdc"])
def test_the_last_of_an_odd_number_is_alone(last: str) -> None:
    pixels = prepare(np.array([0, 1, 0]), ["web", "web", last])
    kept = pairs_without(["dfdc"], pixels, np.arange(3))
    assert kept.tolist() == [True, True, last == "web"]
