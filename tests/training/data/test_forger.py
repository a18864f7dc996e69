"""What forgeries are made of: faces of the same source, real ones, where one was found."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.prepared import prepare
from training.data.forger import Forger

SIDE = 64
FOUND = ((22.0, 24.0), (42.0, 24.0), (32.0, 35.0), (24.0, 45.0), (40.0, 45.0))
MISSED = ((math.nan, math.nan),) * 5


def plain(grey: int) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), grey, np.uint8)


def make(greys: list[int], labels: list[int], sources: list[str], found: list[bool]) -> Forger:
    """Each picture is of one grey, which tells whose face it is."""
    landmarks = np.array([FOUND if it else MISSED for it in found], np.float32)
    images = np.stack([plain(grey) for grey in greys])
    return Forger(prepare(np.array(labels), sources, images, landmarks))


def middles(forger: Forger, position: int) -> set[int]:
    """The grey in the middle of the face, over many forgeries, rounded."""
    forgeries = [forger(position, np.random.default_rng(seed))[0] for seed in range(60)]
    return {round(float(forged[34, 32].mean()) / 50) * 50 for forged in forgeries}


def test_a_donor_is_a_real_picture_of_the_same_source() -> None:
    greys, labels = [100, 150, 200, 250], [0, 0, 1, 0]
    forger = make(greys, labels, ["a", "a", "a", "b"], [True] * 4)
    assert middles(forger, 0) <= {100, 150}, "neither the fake nor the other source"


def test_a_picture_in_which_no_face_was_found_is_no_donor() -> None:
    forger = make([100, 200], [0, 0], ["a", "a"], [True, False])
    assert middles(forger, 0) == {100}


def test_a_picture_in_which_no_face_was_found_is_forged_where_faces_mostly_are() -> None:
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    pixels = prepare(np.array([0]), ["a"], noise[None], np.array([MISSED], np.float32))
    assert not np.array_equal(Forger(pixels)(0, np.random.default_rng(1))[0], noise)


@pytest.mark.parametrize("seed", range(3))
def test_a_forgery_depends_on_the_generator_alone(seed: int) -> None:
    forger = make([100, 150], [0, 0], ["a", "a"], [True, True])
    (one, where), (other, there) = (forger(0, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(one, other)
    assert np.array_equal(where, there)


def test_a_donor_may_be_of_another_size() -> None:
    """Its face is scaled to the one that it replaces; what lies beyond its edge is never shown."""
    images = np.full((2, SIDE, SIDE, 3), 255, np.uint8)
    images[0, :32, :32], images[1] = 100, 150
    found = np.array([np.array(FOUND) / 2, FOUND], np.float32)
    pixels = replace(
        prepare(np.array([0, 0]), ["a", "a"], images, found), edges=np.array([32, SIDE])
    )
    forger = Forger(pixels)
    for seed in range(30):
        small, where = forger(0, np.random.default_rng(seed))
        large, _ = forger(1, np.random.default_rng(seed))
        assert small.shape == (32, 32, 3)
        assert where.shape == (32, 32)
        assert large.shape == (SIDE, SIDE, 3)
    greys = {round(float(forger(0, np.random.default_rng(s))[0][17, 16].mean())) for s in range(60)}
    assert any(grey > 110 for grey in greys), "at times the other face"
