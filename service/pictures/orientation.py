"""Which way up a picture is: its EXIF says so, as browsers read it (not XMP, nor other fields)."""

import struct
from contextlib import suppress

from PIL import Image
from PIL.Image import Transpose

from service.pictures.tiff import Layout

_TAG = 274
_NUMBERS = {3: "H", 4: "I"}  # by type: SHORT, as it should be, and LONG
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_ON_ITS_SIDE = (5, 6, 7, 8)


def orientation(exif: bytes) -> int:
    """1 to 8 (EXIF 2.32, 4.6.5); 1 where ``exif`` does not say, or is none."""
    block = exif.removeprefix(b"Exif\0\0")
    layout = Layout.of(block)
    with suppress(struct.error):
        for tag, kind, count, value in layout.entries(block):
            if tag == _TAG and kind in _NUMBERS and count == 1:
                (number,) = struct.unpack_from(layout.order + _NUMBERS[kind], value)
                return number if number in _TURNS else 1
    return 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture, turned and mirrored back."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height of a picture of that size when it stands upright."""
    return size[::-1] if orientation in _ON_ITS_SIDE else size
