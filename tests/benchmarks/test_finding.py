"""Faces agree if both ways find them, at the same place."""

import numpy as np
import pytest

from benchmarks.finding import Reference, agreement
from service.pictures.faces import Face, FaceFinder
from tests.pictures import two_faces


def face(x: int, width: int = 100) -> Face:
    return Face(x, 50, width, 100, 0.9)


@pytest.mark.parametrize(
    ("some", "others", "expected"),
    [
        ([face(0)], [face(0)], (1, 1)),
        ([face(0)], [face(2)], (1, 1)),
        ([face(0)], [face(3)], (2, 0)),
        ([face(0)], [face(0, width=94)], (2, 0)),
        ([face(0), face(300)], [face(301)], (2, 1)),
        ([], [face(0)], (1, 0)),
        ([face(0, width=30)], [face(2, width=30)], (2, 0)),
    ],
    ids=["same", "close", "apart", "narrower", "one lost", "one more", "close, but small"],
)
def test_both_find_what_lies_close(
    some: list[Face], others: list[Face], expected: tuple[int, int]
) -> None:
    assert agreement(some, others, pixel=1.0) == expected


def test_a_pixel_is_one_of_those_that_are_searched() -> None:
    assert agreement([face(0)], [face(3)], pixel=1.0) == (2, 0)
    assert agreement([face(0, 400)], [face(3, 400)], pixel=4.0) == (1, 1)


def test_the_service_finds_what_opencv_does() -> None:
    pixels = np.asarray(two_faces())
    assert agreement(Reference().find(pixels), FaceFinder().find(pixels), 1.0) == (2, 2)
