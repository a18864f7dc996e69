"""Shares: all of each batch, nothing twice, and no device with much more than another."""

import pytest

from training.data.share import WHOLE, Shares


@pytest.mark.parametrize("of", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [1, 2, 5, 64])
def test_the_parts_make_the_batch(count: int, of: int) -> None:
    parts = Shares(range(of), of).parts(count)
    assert [place for first, last in parts for place in range(first, last)] == list(range(count))
    sizes = [last - first for first, last in parts]
    assert max(sizes) - min(sizes) <= 1


def test_the_parts_of_all_processes_are_those_of_one() -> None:
    mine, others = Shares(range(2), 5), Shares(range(2, 5), 5)
    assert mine.parts(64) + others.parts(64) == Shares(range(5), 5).parts(64)


def test_whole_is_all_of_it() -> None:
    assert WHOLE.parts(7) == [(0, 7)]
