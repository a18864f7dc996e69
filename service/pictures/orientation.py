"""Which way up a picture is: its EXIF says so, as browsers read it (not XMP, nor other fields)."""

import struct

from PIL import Image
from PIL.Image import Transpose

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
    order = ">" if block[:2] == b"MM" else "<"
    try:
        (start,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(f"{order}HHI", block, entry)
            if tag == _TAG and kind in _NUMBERS and values == 1:
                (value,) = struct.unpack_from(order + _NUMBERS[kind], block, entry + 8)
                return value if value in _TURNS else 1
    except struct.error:
        pass
    return 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture, turned and mirrored back."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height of a picture of that size when it stands upright."""
    return size[::-1] if orientation in _ON_ITS_SIDE else size
