"""The square around a face: inside the picture, but for one that an edge of the picture cuts."""

from itertools import product

import pytest

from service.pictures.squares import ASTRAY, Span, square

MARGIN = 0.35


def around(
    x: int, y: int, width: int, height: int, size: tuple[int, int], margin: float = MARGIN
) -> tuple[int, int, int]:
    """Of a face of ``width`` x ``height`` at x and y in a picture of that size."""
    return square(Span(x, width, size[0]), Span(y, height, size[1]), margin)


def moved_inside(
    x: int, y: int, width: int, height: int, size: tuple[int, int]
) -> tuple[int, int, int]:
    """The rule for whole faces: as large as it may be, and as near to the face."""
    edge = min(round(max(width, height) * (1 + 2 * MARGIN)), *size)
    left = min(max(x + (width - edge) // 2, 0), size[0] - edge)
    top = min(max(y + (height - edge) // 2, 0), size[1] - edge)
    return left, top, edge


def test_with_room_it_has_its_margin_on_each_side() -> None:
    assert around(200, 100, 40, 50, (400, 300), margin=0.2) == (185, 90, 70)


# Boxes that YuNet gave in whole pictures: of 224 px filled by a face, of 320 px, of a tight square.
WHOLE = [
    (14, 2, 194, 220, (224, 224)),
    (0, 4, 200, 219, (224, 224)),
    (3, 0, 160, 199, (200, 200)),
    (74, 51, 156, 214, (304, 304)),
    (95, 95, 120, 188, (320, 320)),
    (60, 10, 90, 130, (320, 180)),
    (40, 0, 112, 100, (200, 100)),
]


@pytest.mark.parametrize("face", WHOLE)
def test_a_whole_face_is_shown_inside_the_picture(
    face: tuple[int, int, int, int, tuple[int, int]],
) -> None:
    """What the network was trained and measured on is shown as it was, to the pixel."""
    assert around(*face) == moved_inside(*face)


@pytest.mark.parametrize("gap", [0.06, 0.3, 0.6])
def test_a_face_beside_an_edge_that_does_not_touch_it_is_shown_inside(gap: float) -> None:
    face = (round(gap * 90), 100, 90, 110, (600, 400))
    assert around(*face) == moved_inside(*face)
    assert around(*face)[0] >= 0


# Where a face of 90 x 113 lies in a picture of 500 x 400 that lacks 30 % of it.
CUT = {
    "left": (0, 120, 63, 113),
    "right": (437, 120, 63, 113),
    "top": (200, 0, 90, 79),
    "bottom": (200, 321, 90, 79),
}


@pytest.mark.parametrize("side", CUT)
def test_a_face_that_an_edge_cuts_stays_in_the_middle(side: str) -> None:
    x, y, width, height = CUT[side]
    left, top, edge = around(*CUT[side], (500, 400))
    assert edge == round(max(width, height) * 1.7)
    assert abs(left + edge / 2 - (x + width / 2)) <= 1
    assert abs(top + edge / 2 - (y + height / 2)) <= 1
    outside = {
        "left": left < 0,
        "right": left + edge > 500,
        "top": top < 0,
        "bottom": top + edge > 400,
    }
    assert [name for name, it_is in outside.items() if it_is] == [side]


def test_it_reaches_outside_only_as_far_as_needed() -> None:
    """Beside a cut face that has little on its other side, the square is as narrow there."""
    left, top, edge = around(0, 120, 63, 113, (90, 400))
    assert (left, edge) == (-27, 117)
    assert left + edge == 90
    assert abs(top + edge / 2 - 176.5) <= 1


def test_it_holds_a_face_that_is_longer_than_the_picture_is_wide() -> None:
    left, top, edge = around(2, 4, 140, 216, (145, 224))
    assert edge == 216
    assert top == 4
    assert -left == pytest.approx(left + edge - 145, abs=1)


def test_a_face_that_is_hardly_longer_is_shown_inside() -> None:
    face = (2, 4, 190, 216, (195, 224))
    assert around(*face) == moved_inside(*face)


def test_any_square_holds_pixels_and_is_astray_only_with_room() -> None:
    sides, shares = (32, 90, 250), (0, 0.02, 0.3, 1)
    for width, height, wide, high in product(sides, sides, shares[1:], shares[1:]):
        for across, down in product(shares, shares):
            w, h = max(1, round(wide * width)), max(1, round(high * height))
            x, y = round(across * (width - w)), round(down * (height - h))
            left, top, edge = around(x, y, w, h, (width, height))
            assert edge > 0
            for start, end in ((left, width), (top, height)):
                assert start < end
                assert start + edge > 0
            assert edge >= min((1 - ASTRAY) * max(w, h), round(1.7 * max(w, h)))
