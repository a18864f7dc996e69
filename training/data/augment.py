"""What every training picture goes through, real and fake alike, so that it marks neither.

Each function takes an example, and the generator that decides.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from service.pictures.imaging import resize
from training.data.degrade import degrade
from training.data.example import Example, Image
from training.data.scene import stage

Augment = Callable[[Example, np.random.Generator], Example]

DEGRADED = 0.5  # of the pictures; the others keep their fine traces
NARROW, WIDE = 0.5, 1.5  # of the service's margin, the random framing's
ASIDE = 0.08  # of the edge, how far from the face the middle of the random framing may lie
CUT = 0.1  # of the faces lose a part to an edge of the picture
MOST_CUT = 0.4  # of a face's width or height; of less, no face is found


def mirror(example: Example, generator: np.random.Generator) -> Example:
    """Left for right in half of the cases."""
    if generator.random() < 0.5:
        return example
    x, y, width, height = example.box
    box = np.array([example.image.shape[1] - x - width, y, width, height], np.float32)
    return Example(example.image[:, ::-1], example.changes[:, ::-1], box)


def scramble(side: int, margin: float) -> Augment:
    """Random colour, scene, degradation and framing, in the order of a file's life.

    Half of the pictures keep their fine traces: they are not degraded. Some faces are cut by an
    edge of the picture, as the service shows such ones. The framing is about what the service cuts
    out with ``margin``. The image becomes uint8 ``[side, side, 3]``, resized by the service's own
    code.
    """

    def scramble_one(example: Example, generator: np.random.Generator) -> Example:
        example = mirror(example, generator)
        gains = generator.uniform(0.8, 1.2) * generator.uniform(0.95, 1.05, 3)
        contrast, saturation = generator.uniform(0.8, 1.2), generator.uniform(0.6, 1.4)
        coloured = recolour(example.image, gains, contrast, saturation)
        example = stage(replace(example, image=coloured), generator)
        x = degrade(example.image, generator) if generator.random() < DEGRADED else example.image
        box = example.box * (len(x) / len(example.image))
        whole = Example(x, example.changes, box)
        shown = cut_off(whole, generator) if generator.random() < CUT else whole
        framed = _frame(shown, margin, generator)
        return replace(framed, image=resize(framed.image, side))

    return scramble_one


def recolour(image: Image, gains: NDArray[np.float64], contrast: float, saturation: float) -> Image:
    """Each channel times its gain, then contrast and saturation about their middle.

    One matrix for all three, since each is linear in a pixel's colour.
    """
    mix = np.full((3, 3), (1 - saturation) / 3) + np.eye(3) * saturation
    matrix = contrast * mix * gains
    middle = np.mean(gains * cv2.mean(image)[:3]) * (1 - contrast)
    return np.asarray(cv2.transform(image, np.hstack([matrix, np.full((3, 1), middle)])), np.uint8)


def cut_off(example: Example, generator: np.random.Generator) -> Example:
    """A random side of the face and all beyond it, in whose place the edge's pixels go on.

    So ``service.pictures.faces.cut`` shows a face that the picture's edge cuts.
    """
    if np.isnan(example.box[0]):
        return example
    side, axis = len(example.image), int(generator.integers(2))
    share, at_end = generator.uniform(0, MOST_CUT), generator.random() < 0.5
    start, length = float(example.box[axis]), float(example.box[axis + 2])
    line = (start + length * (1 - share if at_end else share)) / side

    def continued(x: NDArray[Any]) -> NDArray[Any]:
        places, last = np.arange(len(x)), len(x) - 1
        edge = min(max(round(line * len(x)) - at_end, 0), last)
        kept = np.minimum(places, edge) if at_end else np.maximum(places, edge)
        return np.ascontiguousarray(np.take(x, kept, axis=1 - axis))

    box = example.box.copy()
    box[axis + 2] = length * (1 - share)
    box[axis] = start if at_end else start + length * share
    return Example(continued(example.image), continued(example.changes), box)


def _frame(example: Example, margin: float, generator: np.random.Generator) -> Example:
    """A square about the face, or nearly all where there is none; never beyond the image.

    The image may have been made smaller than its map of changes.
    """
    side = len(example.image)
    x, y, width, height = example.box
    around = 1 + 2 * margin * generator.uniform(NARROW, WIDE)
    aside = generator.uniform(-ASIDE, ASIDE, 2)
    if np.isnan(x):
        edge, middle = side * generator.uniform(0.8, 1), np.full(2, side / 2)
    else:
        edge = min(max(width, height) * around, side)
        middle = np.array([x + width / 2, y + height / 2])
    left, top = np.clip(middle + aside * edge - edge / 2, 0, side - edge) / side

    def cut(x: NDArray[Any]) -> NDArray[Any]:
        length = round(len(x) * edge / side)
        row, column = round(top * len(x)), round(left * len(x))
        return np.ascontiguousarray(x[row : row + length, column : column + length])

    return replace(example, image=cut(example.image), changes=cut(example.changes))
