"""Which way up a picture is: its EXIF says so, as browsers read it (not XMP, nor other fields)."""

import struct
from contextlib import suppress

import cv2
import numpy as np
from numpy.typing import NDArray

from service.pictures.tiff import Layout

_TAG = 274
_NUMBERS = {3: "H", 4: "I"}  # by type: SHORT, as it should be, and LONG
_TURNS = {  # turned so, and then mirrored along that axis
    2: (None, 1),
    3: (cv2.ROTATE_180, None),
    4: (None, 0),
    5: (cv2.ROTATE_90_CLOCKWISE, 1),
    6: (cv2.ROTATE_90_CLOCKWISE, None),
    7: (cv2.ROTATE_90_CLOCKWISE, 0),
    8: (cv2.ROTATE_90_COUNTERCLOCKWISE, None),
}
_ON_ITS_SIDE = (5, 6, 7, 8)


def orientation(exif: bytes) -> int:
    """1 to 8 (EXIF 2.32, 4.6.5); 1 where ``exif`` does not say, or is none."""
    block = exif[6:] if exif.startswith(b"Exif\0") else exif  # and a byte to fill up, any
    layout = Layout.of(block)
    with suppress(struct.error):
        for tag, kind, count, value in layout.entries(block):
            if tag == _TAG and kind in _NUMBERS and count == 1:
                (number,) = struct.unpack_from(layout.order + _NUMBERS[kind], value)
                return number if number in _TURNS else 1
    return 1


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The picture, uint8 RGB ``[h, w, 3]``, turned and mirrored back."""
    turn, mirror = _TURNS.get(orientation, (None, None))
    turned = pixels if turn is None else cv2.rotate(pixels, turn)
    return np.asarray(turned if mirror is None else cv2.flip(turned, mirror), np.uint8)


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height of a picture of that size when it stands upright."""
    return size[::-1] if orientation in _ON_ITS_SIDE else size
