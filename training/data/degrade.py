"""What happens to a picture's file on its way: blur, filters, rescaling, noise, print, compression.

Detectors learn the file before the face (Grommelt et al. 2024, arXiv 2403.17608); blur and JPEG in
training let them generalise (Wang et al. 2020, "CNN-generated images are surprisingly easy to
spot… for now"). Each function takes an image, uint8 RGB ``[side, side, 3]``, and the generator that
decides; ``rescale`` may give a smaller one.
"""

import cv2
import numpy as np

from training.data.example import Image

FILTERS = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)


def degrade(image: Image, generator: np.random.Generator) -> Image:
    """All of it in the order of a file's life, each part for some pictures alone."""
    for change in (_blur, _telephone, rescale, _noise, _print, compress, _again):
        image = change(image, generator)
    return image


def rescale(image: Image, generator: np.random.Generator) -> Image:
    """To a smaller side for half of the pictures, and up again for a third of those."""
    if generator.random() < 0.5:
        return image
    side = len(image)
    small = _scaled(image, round(side * generator.uniform(0.3, 1)), generator)
    return small if generator.random() < 2 / 3 else _scaled(small, side, generator)


def compress(image: Image, generator: np.random.Generator) -> Image:
    """As JPEG, WebP or AVIF, of quality 35 to 95, for three of four pictures."""
    if generator.random() < 0.25:
        return image
    quality, kind = int(generator.integers(35, 96)), generator.random()
    if kind < 0.03:
        speed = (cv2.IMWRITE_AVIF_QUALITY, quality, cv2.IMWRITE_AVIF_SPEED, 10)
        return _through(image, ".avif", speed)
    if kind < 0.13:
        return _through(image, ".webp", (cv2.IMWRITE_WEBP_QUALITY, quality))
    return _through(image, ".jpg", (cv2.IMWRITE_JPEG_QUALITY, quality))


def _blur(image: Image, generator: np.random.Generator) -> Image:
    """For one of five pictures."""
    if generator.random() < 0.8:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), generator.uniform(0.3, 1.5)), np.uint8)


def _telephone(image: Image, generator: np.random.Generator) -> Image:
    """Denoised, sharpened or both, as telephones do, for one of five pictures."""
    if generator.random() < 0.8:
        return image
    if generator.random() < 0.5:
        image = np.asarray(cv2.bilateralFilter(image, 5, generator.uniform(8, 30), 2), np.uint8)
    if generator.random() < 0.7:
        strength = generator.uniform(0.3, 1.5)
        soft = cv2.GaussianBlur(image, (0, 0), generator.uniform(0.6, 1.6))
        image = np.asarray(cv2.addWeighted(image, 1 + strength, soft, -strength, 0), np.uint8)
    return image


def _noise(image: Image, generator: np.random.Generator) -> Image:
    """Gaussian, of up to 8 grey levels; none for three of four pictures."""
    if generator.random() < 0.75:
        return image
    noise = generator.standard_normal(image.shape, np.float32) * np.float32(generator.uniform(0, 8))
    return np.asarray(np.clip(np.rint(image + noise), 0, 255), np.uint8)


def _print(image: Image, generator: np.random.Generator) -> Image:
    """In halftone, seen from a little way off, for one of fifty pictures."""
    if generator.random() < 0.98:
        return image
    side, period = len(image), generator.uniform(3, 6)
    rows, columns = np.mgrid[:side, :side].astype(np.float32) * np.float32(2 * np.pi / period)
    screen = np.sin(rows + columns) + np.sin(rows - columns)
    dots = image + generator.uniform(15, 50) * screen[..., None]
    return np.asarray(cv2.GaussianBlur(np.clip(dots, 0, 255), (0, 0), 0.7), np.uint8)


def _again(image: Image, generator: np.random.Generator) -> Image:
    """Rescaled and compressed once more, as when it is sent on, for one of five pictures."""
    if generator.random() < 0.8:
        return image
    smaller = _scaled(image, round(len(image) * generator.uniform(0.6, 1)), generator)
    return compress(smaller, generator)


def _scaled(image: Image, side: int, generator: np.random.Generator) -> Image:
    how = FILTERS[generator.integers(len(FILTERS))]
    return np.asarray(cv2.resize(image, (side, side), interpolation=how), np.uint8)


def _through(image: Image, extension: str, settings: tuple[int, ...]) -> Image:
    _, data = cv2.imencode(extension, image, settings)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
