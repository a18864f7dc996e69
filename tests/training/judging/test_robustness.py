"""What a slight change does to verdicts, counted on verdicts that are known."""

import numpy as np
import pytest

from training.judging.robustness import compare

REAL, UNCERTAIN, FAKE = -1, 0, 1


def test_pictures_that_change_sides_are_a_share_of_all() -> None:
    before = np.array([REAL, REAL, FAKE, FAKE, UNCERTAIN])
    after = np.array([FAKE, REAL, REAL, FAKE, FAKE])
    flipped = compare(before, after).flipped
    assert flipped is not None
    assert flipped.value == pytest.approx(2 / 5)


def test_verdicts_that_are_lost_are_a_share_of_the_firm_ones() -> None:
    before = np.array([REAL, REAL, FAKE, UNCERTAIN, UNCERTAIN])
    after = np.array([UNCERTAIN, REAL, UNCERTAIN, UNCERTAIN, REAL])
    it = compare(before, after)
    assert it.lost is not None
    assert it.lost.value == pytest.approx(2 / 3)
    assert it.flipped is not None
    assert it.flipped.value == 0


def test_where_nothing_was_firm_nothing_is_lost() -> None:
    assert compare(np.array([UNCERTAIN]), np.array([FAKE])).lost is None
