"""The tiles of a long picture: they cover it, overlap by half, and are never too many."""

from itertools import pairwise

import pytest

from service.pictures.tiles import MOST, Tile, longest_searched, tiles_of

LEAST = 640
LONG = [(1080, 8000), (8000, 1080), (30_000, 1600), (700, 50), (65_535, 32), (40_000, 2_501)]


@pytest.mark.parametrize("size", [(640, 640), (4000, 3000), (1080, 2400), (2700, 1080), (640, 32)])
def test_pictures_of_common_shape_have_none(size: tuple[int, int]) -> None:
    assert tiles_of(*size, LEAST) == []
    assert longest_searched(*size, LEAST) == max(size)


def test_those_of_a_scrolled_screenshot() -> None:
    tiles = tiles_of(1080, 8000, LEAST)
    assert longest_searched(1080, 8000, LEAST) == 2160
    assert tiles[:2] == [Tile(0, 0, 1080, 2160), Tile(0, 1080, 1080, 2160)]
    assert (len(tiles), tiles[-1]) == (7, Tile(0, 5840, 1080, 2160))


@pytest.mark.parametrize("size", LONG)
def test_they_cover_the_picture_and_hold_whatever_is_half_as_long_as_one(
    size: tuple[int, int],
) -> None:
    width, height = size
    tiles = tiles_of(width, height, LEAST)
    along = [(it.left, it.width) if width > height else (it.top, it.height) for it in tiles]
    assert along[0][0] == 0
    assert sum(along[-1]) == max(size)
    for (start, length), (following, _) in pairwise(along):
        assert start < following <= start + length // 2
    for tile in tiles:
        assert min(tile.width, tile.height) == min(size)
        assert max(tile.width, tile.height) == longest_searched(width, height, LEAST)


@pytest.mark.parametrize("size", LONG)
def test_they_are_few_and_worth_a_search(size: tuple[int, int]) -> None:
    assert 2 <= len(tiles_of(*size, LEAST)) <= MOST
    assert longest_searched(*size, LEAST) >= LEAST


def test_lying_and_standing_pictures_are_searched_alike() -> None:
    lying, standing = tiles_of(8000, 1080, LEAST), tiles_of(1080, 8000, LEAST)
    turned = [Tile(tile.top, tile.left, tile.height, tile.width) for tile in standing]
    assert lying == turned
