"""What libjpeg-turbo does for JPEGs: pixels without Pillow's copies of them, and complaints."""

import numpy as np
import simplejpeg
from numpy.typing import NDArray


def decode(data: bytes, width: int, height: int, by: int) -> NDArray[np.uint8] | None:
    """A JPEG of that size at a reduction: uint8 RGB ``[height / by, width / by, 3]``, rounded up.

    None where something is amiss with it; what that is, Pillow may say.
    """
    across, down = -(-width // by), -(-height // by)
    try:
        pixels = simplejpeg.decode_jpeg(data, "RGB", min_width=across, min_height=down)
    except ValueError:
        return None
    return np.asarray(pixels, np.uint8) if pixels.shape[:2] == (down, across) else None


def is_whole(data: bytes) -> bool:
    """Whether nothing is amiss with a JPEG's data; that costs a fraction of decoding it."""
    try:
        simplejpeg.decode_jpeg(data, "GRAY", min_width=1, min_height=1)
    except ValueError:
        return False
    return True
