"""Where a forged picture was changed.

A map of changes is int8 ``[h, w]`` over an image: 1 where it was changed, 0 where it was not, and
-1 where nobody knows, as all over a picture that a generator made as a whole.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from service.pictures.imaging import Pixels

Changes = NDArray[np.int8]
CHANGED, UNCHANGED, UNKNOWN = 1, 0, -1

LEAST_CHANGE = 3.0  # grey levels on average; of less, nobody can say where it is
SPREAD = 1 / 24  # of the side: what differs in a spot counts around it


def everywhere(value: int, side: int) -> Changes:
    """A map ``[side, side]`` of one value."""
    return np.full((side, side), value, np.int8)


def changes_between(fake: Pixels, real: Pixels) -> Changes:
    """Where two images ``[side, side, 3]`` differ clearly, by Otsu's threshold."""
    difference = np.abs(fake.astype(np.float32) - real).mean(axis=-1)
    if difference.mean() < LEAST_CHANGE:
        return everywhere(UNKNOWN, len(fake))
    spread = cv2.GaussianBlur(difference, (0, 0), len(fake) * SPREAD)
    levels = np.asarray(np.clip(spread / spread.max() * 255, 0, 255), np.uint8)
    _, mask = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(mask, np.int8)


def resized(changes: Changes, side: int) -> Changes:
    """As ``[side, side]``: what holds for most of a cell holds for it."""
    if (changes == UNKNOWN).any():
        return everywhere(UNKNOWN, side)
    larger = side > len(changes)
    share = cv2.resize(
        changes.astype(np.float32),
        (side, side),
        interpolation=cv2.INTER_NEAREST if larger else cv2.INTER_AREA,
    )
    return np.asarray(share > 0.5, np.int8)
