"""A long picture in overlapping tiles, so that it need not be shrunk to be searched for faces.

A scrolled screenshot or a panorama that is shrunk as a whole until it is small enough for a search
loses faces that a picture of common shape would keep.
"""

from dataclasses import dataclass

LONG = 2.5  # times as long as it is wide: telephones' screens and wide films are not
TILE = 2  # times as long as it is wide, a tile
MOST = 32  # tiles of a picture, which bounds what it costs; those of longer ones are larger


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int


def longest_searched(width: int, height: int, least: int) -> int:
    """The longer side, in pixels, of what is searched at once: of a tile, or of the whole.

    No tile is shorter than ``least``.
    """
    longer, shorter = max(width, height), min(width, height)
    if longer <= LONG * shorter:
        return longer
    return min(longer, max(TILE * shorter, least, -(-2 * longer // (MOST + 1))))


def tiles_of(width: int, height: int, least: int) -> list[Tile]:
    """The tiles of a long picture; none of another one.

    Each begins in the middle of the one before, so that what is no longer than half of a tile lies
    in one as a whole.
    """
    longer, length = max(width, height), longest_searched(width, height, least)
    starts = [*range(0, longer - length, length // 2), longer - length] if length < longer else []
    if width > height:
        return [Tile(start, 0, length, height) for start in starts]
    return [Tile(0, start, width, length) for start in starts]
