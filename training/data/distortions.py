"""What happens to pictures on their way to a detector: a file in, a changed file out."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from service.pictures.imaging import MIN_SIDE

Distortion = Callable[[bytes], bytes]


def jpeg(quality: int) -> Distortion:
    """Saved once more as a JPEG."""
    return lambda data: _jpeg(_open(data), quality)


def resized(factor: float) -> Distortion:
    """Scaled by ``factor``, bicubic; no side becomes less than the service takes."""
    return lambda data: _png(_scaled(_open(data), factor))


def blurred(radius: float) -> Distortion:
    """Gaussian, ``radius`` in pixels."""
    return lambda data: _png(_open(data).filter(ImageFilter.GaussianBlur(radius)))


def noisy(deviation: float) -> Distortion:
    """Gaussian noise in grey levels, the same for the same file."""

    def apply(data: bytes) -> bytes:
        pixels = np.asarray(_open(data), np.float32)
        noise = np.random.default_rng(len(data)).normal(0, deviation, pixels.shape)
        return _png(Image.fromarray(np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)))

    return apply


def cropped(share: float) -> Distortion:
    """Less that share of its width and height, half of it on each side."""

    def apply(data: bytes) -> bytes:
        image = _open(data)
        across, down = (round(side * share / 2) for side in image.size)
        return _png(image.crop((across, down, image.width - across, image.height - down)))

    return apply


def screenshot(data: bytes) -> bytes:
    """Shown larger on a screen, captured, and sent on at a lower quality."""
    return _jpeg(_scaled(_open(data), 1.3), 75)


def forwarded(data: bytes) -> bytes:
    """Through two messengers, each of which makes it smaller and compresses it."""
    once = _jpeg(_scaled(_open(data), 0.8), 80)
    return _jpeg(_scaled(_open(once), 0.8), 60)


HARSH: dict[str, Distortion] = {
    **{f"JPEG {quality}": jpeg(quality) for quality in (90, 70, 50, 30)},
    "half size": resized(0.5),
    "quarter size": resized(0.25),
    "blur, 1 pixel": blurred(1),
    "noise, 8 grey levels": noisy(8),
    "screenshot": screenshot,
    "forwarded twice": forwarded,
}
SLIGHT: dict[str, Distortion] = {
    "scaled to 0.8": resized(0.8),
    "saved again as JPEG 85": jpeg(85),
    "cropped by 3 %": cropped(0.03),
}
DISTORTIONS = HARSH | SLIGHT


def _open(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    width, height = (max(MIN_SIDE, round(side * factor)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
