"""A picture on its way to the network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.changes import Changes

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Example:
    """An image, where it was changed, and where its face is.

    ``image`` is uint8 RGB ``[h, w, 3]``; ``changes`` is a map of ``data.changes`` over it, of
    any resolution; ``box`` float32 ``[4]`` is x, y, width and height of the face in pixels, or NaN
    where none is found.
    """

    image: Image
    changes: Changes
    box: NDArray[np.float32]
