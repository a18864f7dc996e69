"""The order of training: reproducible, and where a picture comes from does not say its label."""

from collections import Counter

import numpy as np
import pytest

from tests.prepared import prepare
from training.data.balance import (
    BLENDED,
    TWINNED,
    Order,
    paired,
    paired_as_found,
    pairs_without,
    shuffled,
)
from training.data.pixels import Pixels

COUNTS = {
    ("ffhq", 0): 400,
    ("press", 0): 100,
    ("stylegan", 1): 900,
    ("veo", 1): 4,
    ("dfdc", 0): 100,
    ("dfdc", 1): 400,
}
EPOCHS = 60


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    """Labels and sources with the imbalance of real collections; the images do not matter."""
    sources = [source for (source, _), count in COUNTS.items() for _ in range(count)]
    labels = np.array([label for (_, label), count in COUNTS.items() for _ in range(count)])
    return prepare(labels, sources)


def drawn(pixels: Pixels, order: Order = paired) -> Counter[tuple[str, int]]:
    """How often each source and label came up; 2 stands for forgeries made of its real pictures."""
    count = len(pixels.labels)
    positions = np.concatenate([order(pixels, 0, epoch) for epoch in range(EPOCHS)])
    return Counter(
        (pixels.sources[i % count], 2 if i >= count else int(pixels.labels[i])) for i in positions
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


def test_a_real_and_a_fake_come_in_turn(pixels: Pixels) -> None:
    count = len(pixels.labels)
    for real, fake in paired(pixels, 0, 0).reshape(-1, 2):
        assert pixels.labels[real] == 0
        assert fake == real + count or pixels.labels[fake] == 1


def test_an_odd_number_of_pictures_ends_with_a_real_one() -> None:
    order = paired(prepare(np.array([0, 1, 1]), ["a", "b", "b"]), 0, 0)
    assert order.shape == (3,)
    assert order[2] == 0


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("stylegan", "veo", np.sqrt(900 / 4)), ("stylegan", "dfdc", np.sqrt(900 / 400))],
)
def test_a_source_of_fakes_comes_up_like_the_root_of_its_size(
    pixels: Pixels, one: str, other: str, ratio: float
) -> None:
    counts = drawn(pixels, paired_as_found)
    assert counts[one, 1] / counts[other, 1] == pytest.approx(ratio, rel=0.06)


def test_so_does_a_source_of_real_pictures_alone(pixels: Pixels) -> None:
    counts = drawn(pixels, paired_as_found)
    assert counts["ffhq", 0] / counts["press", 0] == pytest.approx(2, rel=0.06)


def test_a_source_of_both_labels_has_both_as_often(pixels: Pixels) -> None:
    counts = drawn(pixels, paired_as_found)
    assert counts["dfdc", 0] == counts["dfdc", 1]


def test_a_fake_of_such_a_source_comes_with_a_real_picture_of_it(pixels: Pixels) -> None:
    pairs = paired_as_found(pixels, 0, 0).reshape(-1, 2)
    real, fake = (np.array(pixels.sources)[pairs[:, column]] for column in (0, 1))
    assert (real[fake == "dfdc"] == "dfdc").all()
    assert set(real[fake != "dfdc"]) == {"ffhq", "press"}


def test_where_all_sources_have_fakes_the_others_go_with_any_real_picture() -> None:
    pixels = prepare(np.array([0, 1, 1, 1]), ["dfdc", "dfdc", "veo", "veo"])
    for real, _ in paired_as_found(pixels, 0, 0).reshape(-1, 2):
        assert real == 0


def test_every_picture_of_a_source_is_equally_likely(pixels: Pixels) -> None:
    positions = np.concatenate([paired_as_found(pixels, 0, epoch) for epoch in range(EPOCHS)])
    veo = [i for i, source in enumerate(pixels.sources) if source == "veo"]
    counts = [int((positions == i).sum()) for i in veo]
    assert min(counts) / max(counts) > 0.8


def test_a_share_of_the_fakes_is_made_of_real_pictures_of_all_sources(pixels: Pixels) -> None:
    counts = drawn(pixels)
    made = {source: count for (source, kind), count in counts.items() if kind == 2}
    fakes = sum(count for (_, kind), count in counts.items() if kind)
    assert sum(made.values()) / fakes == pytest.approx(BLENDED, abs=0.01)
    assert made["ffhq"] / made["dfdc"] == pytest.approx(2, rel=0.15)
    assert set(made) == {"ffhq", "press", "dfdc"}


def test_as_found_nothing_is_made(pixels: Pixels) -> None:
    assert paired_as_found(pixels, 0, 0).max() < len(pixels.labels)


def test_a_fake_often_follows_its_twin() -> None:
    """Reals 0..99 and fakes 100..199, of which the first fifty have a twin."""
    groups = [f"g{n}" for n in range(100)] + [f"g{n}" if n < 50 else "" for n in range(100)]
    pixels = prepare(np.repeat([0, 1], 100), ["dfdc"] * 200, groups=groups)
    orders = [paired_as_found(pixels, 0, epoch) for epoch in range(40)]
    pairs = np.concatenate(orders).reshape(-1, 2)
    twins = pairs[:, 0] + 100 == pairs[:, 1]
    with_twin = pairs[:, 1] < 150
    assert twins[with_twin].mean() == pytest.approx(TWINNED, abs=0.06)
    assert twins[~with_twin].mean() < 0.05, "by chance alone"


def test_pictures_of_one_group_in_two_sources_are_no_twins() -> None:
    pixels = prepare(np.array([0, 0, 1, 1]), ["a", "b", "b", "b"], groups=["g", "", "g", "h"])
    pairs = np.concatenate([paired_as_found(pixels, 0, epoch) for epoch in range(9)])
    assert set(pairs.reshape(-1, 2)[:, 0]) == {1}


def test_a_pair_with_what_is_left_out_is_left_out_whole(pixels: Pixels) -> None:
    order = paired(pixels, 0, 0)
    sources = np.array(pixels.sources)[order % len(pixels.labels)].reshape(-1, 2)
    kept = pairs_without(["stylegan", "press"], pixels, order).reshape(-1, 2)
    assert np.array_equal(kept[:, 0], kept[:, 1])
    assert np.array_equal(kept[:, 0], ~np.isin(sources, ["stylegan", "press"]).any(axis=1))
    assert set(sources[kept[:, 0]].ravel()) == {"ffhq", "veo", "dfdc"}


def test_without_nothing_all_pairs_stay(pixels: Pixels) -> None:
    assert pairs_without([], pixels, paired(pixels, 0, 0)).all()


@pytest.mark.parametrize("last", ["web", "dfdc"])
def test_the_last_of_an_odd_number_is_alone(last: str) -> None:
    pixels = prepare(np.array([0, 1, 0]), ["web", "web", last])
    kept = pairs_without(["dfdc"], pixels, np.arange(3))
    assert kept.tolist() == [True, True, last == "web"]
