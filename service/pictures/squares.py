"""The square that the network sees of a face: where it lies, and where it must leave the picture.

It lies inside the picture, moved and shrunk where it must, so that no border tells where a picture
comes from. That goes wrong for a face that the picture's edge cuts: the square would be moved off
it, or be too small to hold it, and a real face beside an empty half looks forged to a network.
"""

from dataclasses import dataclass

TOUCHING = 0.05  # of a box's length: so near to it, an edge of the picture cuts the face
ASTRAY = 0.15  # of the square's edge, or of the face: so far it may be moved off, or lack


@dataclass(frozen=True, slots=True)
class Span:
    """A box along one side of the picture, which is ``end`` pixels long."""

    start: int
    length: int
    end: int


def square(across: Span, down: Span, margin: float) -> tuple[int, int, int]:
    """Left, top and edge of the square around a box, with ``margin`` times its longer side.

    It reaches outside the picture beyond an edge that cuts the box, where inside the picture it
    would go ``ASTRAY``: by as much as there is on the other side of the box, or as is lacking.
    """
    longer = max(across.length, down.length)
    edge = round(longer * (1 + 2 * margin))
    inside = min(edge, across.end, down.end)
    rooms = [_room(span, longer, edge, inside) for span in (across, down)]
    edge = min(edge, *(end - start for start, end in rooms))
    left, top = (_begin(span, edge, room) for span, room in zip((across, down), rooms, strict=True))
    return left, top, edge


def _begin(span: Span, edge: int, room: tuple[int, int]) -> int:
    """Where ``edge`` pixels begin that have the box in their middle, or nearly, within ``room``."""
    return min(max(span.start + (span.length - edge) // 2, room[0]), room[1] - edge)


def _room(span: Span, longer: int, edge: int, inside: int) -> tuple[int, int]:
    """From where to where the square may reach: the picture, or more of it than there is.

    ``edge`` is what it should have, ``inside`` what it can have inside the picture.
    """
    start, end = 0, span.end
    moved = _begin(span, inside, (0, end)) - (span.start + (span.length - inside) // 2)
    before, behind = span.start, span.end - span.start - span.length
    margin = (edge - span.length) // 2
    if moved > ASTRAY * inside and before < TOUCHING * span.length:
        start = min(0, before - min(margin, behind))
    if -moved > ASTRAY * inside and behind < TOUCHING * span.length:
        end += max(0, min(margin, before) - behind)
    lacking = longer - (end - start)
    if lacking > ASTRAY * longer:
        return start - lacking // 2, end + lacking - lacking // 2
    return start, end
