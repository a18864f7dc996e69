"""What surrounds a face: coloured light, a background of one colour, a round picture.

So that none of them marks a label: 3D avatars stand on black, portraits of speakers in stage light,
and profiles are round, real and fake alike. Each function takes an example and the generator that
decides; where no face is known, it lies in the middle.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.example import Example, Image

LIT, BACKED, ROUND = 0.05, 0.05, 0.02  # shares of the pictures
WHITE, BLACK = 0.5, 0.25  # of the backgrounds; the others are of any colour


def stage(example: Example, generator: np.random.Generator) -> Example:
    """Some pictures in coloured light, before a background of one colour, or round."""
    image = example.image
    if generator.random() < LIT:
        image = _lit(image, generator)
    if generator.random() < BACKED:
        image = _backed(image, _around_head(example, generator), generator)
    if generator.random() < ROUND:
        image = _backed(image, _disc(len(image)), generator)
    return replace(example, image=image)


def _lit(image: Image, generator: np.random.Generator) -> Image:
    """From one side, in one colour."""
    side, angle = len(image), generator.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    ramp = 0.5 + rows * np.float32(np.sin(angle)) + columns * np.float32(np.cos(angle))
    light = np.float32(generator.uniform(-0.6, 1.0, 3))
    return np.asarray(np.clip(image * (1 + ramp[..., None] * light), 0, 255), np.uint8)


def _backed(image: Image, shown: NDArray[np.float32], generator: np.random.Generator) -> Image:
    """One colour wherever ``shown`` float32 ``[side, side]`` is 0."""
    kind = generator.random()
    random = generator.integers(0, 256, 3)
    colour = 255 if kind < WHITE else 0 if kind < WHITE + BLACK else random
    ground = np.full_like(image, colour)
    return np.asarray(cv2.blendLinear(image, ground, shown, 1 - shown), np.uint8)


def _around_head(example: Example, generator: np.random.Generator) -> NDArray[np.float32]:
    """An ellipse about head and neck, its edge more or less soft."""
    side = len(example.image)
    x, y, width, height = example.box
    if np.isnan(x):
        x, y, width, height = side * 0.3, side * 0.25, side * 0.4, side * 0.5
    middle = (round(x + width / 2), round(y + height * 0.55))
    wide, high = generator.uniform(0.75, 1.1), generator.uniform(0.8, 1.1)
    axes = (max(1, round(width * wide)), max(1, round(height * high)))
    mask = cv2.ellipse(np.zeros((side, side), np.float32), middle, axes, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), generator.uniform(0.5, 3)), np.float32)


def _disc(side: int) -> NDArray[np.float32]:
    """The largest circle."""
    middle = (side // 2, side // 2)
    mask = cv2.circle(np.zeros((side, side), np.float32), middle, side // 2, 1.0, -1, cv2.LINE_8)
    return np.asarray(mask, np.float32)
