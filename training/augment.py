"""What every training picture goes through, real and fake alike, so that it marks neither.

Detectors learn the file before the face (Grommelt et al. 2024, arXiv 2403.17608); blur and JPEG in
training let them generalise (Wang et al. 2020, "CNN-generated images are surprisingly easy to
spot… for now"). Each function takes uint8 RGB ``[h, w, 3]`` and the generator that decides.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from service.imaging import resize
from training.changes import Changes

Image = NDArray[np.uint8]
Augment = Callable[[Image, Changes, np.random.Generator], tuple[Image, Changes]]

SMALLEST, LARGEST = 0.65, 1.0  # of the picture's side, what the random framing leaves


def mirror(image: Image, changes: Changes, generator: np.random.Generator) -> tuple[Image, Changes]:
    """Left for right in half of the cases."""
    if generator.random() < 0.5:
        return image[:, ::-1], changes[:, ::-1]
    return image, changes


def scramble(side: int) -> Augment:
    """Random colour, blur, rescaling, noise, JPEG and framing, in the order of a file's life.

    Half of the pictures keep their fine traces: they are neither blurred, rescaled, made noisy nor
    compressed. The result is uint8 ``[side, side, 3]``, resized by the service's own code.
    """

    def scramble_one(
        image: Image, changes: Changes, generator: np.random.Generator
    ) -> tuple[Image, Changes]:
        x, where = mirror(image, changes, generator)
        gains = generator.uniform(0.8, 1.2) * generator.uniform(0.95, 1.05, 3)
        x = recolour(x, gains, generator.uniform(0.8, 1.2), generator.uniform(0.6, 1.4))
        if generator.random() < 0.5:
            x = _jpeg(_noise(_rescale(_blur(x, generator), generator), generator), generator)
        x, where = _frame(x, where, generator)
        return resize(x, side), where

    return scramble_one


def recolour(image: Image, gains: NDArray[np.float64], contrast: float, saturation: float) -> Image:
    """Each channel times its gain, then contrast and saturation about their middle.

    One matrix for all three, since each is linear in a pixel's colour.
    """
    mix = np.full((3, 3), (1 - saturation) / 3) + np.eye(3) * saturation
    matrix = contrast * mix * gains
    middle = np.mean(gains * cv2.mean(image)[:3]) * (1 - contrast)
    return np.asarray(cv2.transform(image, np.hstack([matrix, np.full((3, 1), middle)])), np.uint8)


def _blur(image: Image, generator: np.random.Generator) -> Image:
    if generator.random() < 0.8:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), generator.uniform(0.3, 1.5)), np.uint8)


def _rescale(image: Image, generator: np.random.Generator) -> Image:
    """To a smaller side for half of the pictures; the framing brings it up again."""
    if generator.random() < 0.5:
        return image
    smaller = round(len(image) * generator.uniform(0.4, 1))
    how = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[generator.integers(3)]
    return np.asarray(cv2.resize(image, (smaller, smaller), interpolation=how), np.uint8)


def _noise(image: Image, generator: np.random.Generator) -> Image:
    """Gaussian, of up to 8 grey levels; none for three of four pictures."""
    if generator.random() < 0.75:
        return image
    noise = generator.standard_normal(image.shape, np.float32) * np.float32(generator.uniform(0, 8))
    return np.asarray(np.clip(np.rint(image + noise), 0, 255), np.uint8)


def _jpeg(image: Image, generator: np.random.Generator) -> Image:
    """Quality 35 to 95 for three of four pictures."""
    if generator.random() < 0.25:
        return image
    quality = int(generator.integers(35, 96))
    _, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _frame(image: Image, changes: Changes, generator: np.random.Generator) -> tuple[Image, Changes]:
    """A random square of it, which may have been made smaller than its map."""
    edge, *corner = generator.uniform(SMALLEST, LARGEST), *generator.random(2)

    def cut(x: NDArray[Any]) -> NDArray[Any]:
        length = round(len(x) * edge)
        top, left = (round((len(x) - length) * share) for share in corner)
        return np.ascontiguousarray(x[top : top + length, left : left + length])

    return cut(image), cut(changes)
