"""Where two pictures differ, as a map."""

import numpy as np
import pytest

from tests.pictures import smooth
from training.data.changes import UNKNOWN, changes_between, everywhere, resized

REAL = np.asarray(smooth(0))


def test_what_was_changed_is_found() -> None:
    fake = REAL.copy()
    fake[32:64, 32:64] = 255 - fake[32:64, 32:64]
    changes = changes_between(fake, REAL)
    assert changes.dtype == np.int8
    assert changes[48, 48] == 1
    assert changes[100, 100] == 0
    assert 0.03 < changes.mean() < 0.2, "about a sixteenth"


@pytest.mark.parametrize("fake", [REAL, np.clip(REAL, 1, None) - 1], ids=["none", "one level"])
def test_of_a_change_that_nobody_can_see_the_place_is_unknown(fake: np.ndarray) -> None:
    assert (changes_between(fake, REAL) == UNKNOWN).all()


def test_a_cell_is_changed_if_most_of_it_is() -> None:
    changes = np.zeros((8, 8), np.int8)
    changes[:3, :4] = 1
    assert resized(changes, 2).tolist() == [[1, 0], [0, 0]]
    changes[:3, :4] = 0
    changes[:2, :4] = 1
    assert resized(changes, 2).tolist() == [[0, 0], [0, 0]], "half of it is not most"


def test_a_map_is_enlarged_without_a_change() -> None:
    changes = np.array([[1, 0], [0, 1]], np.int8)
    assert np.array_equal(resized(changes, 6), np.kron(changes, np.ones((3, 3), np.int8)))


@pytest.mark.parametrize("side", [4, 32, 64])
def test_what_is_unknown_stays_so_at_any_size(side: int) -> None:
    assert np.array_equal(resized(everywhere(UNKNOWN, 32), side), everywhere(UNKNOWN, side))
