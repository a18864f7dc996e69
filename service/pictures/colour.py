"""A picture's colours in sRGB, as its profile (ICC.1:2010) means them; by Little CMS."""

import io
from functools import cache, lru_cache
from itertools import product

import numpy as np
from PIL import Image, ImageChops, ImageCms

MAX_PROFILE = 4 << 20  # bytes; the largest tables for printers take 3 MB
KEPT = 16  # transforms, of which each takes up to 2 MB
_INVISIBLE = 1  # of 255

# By the profile's colours, the modes of the pictures that it can be of, and that which it takes.
_SPACES = {
    b"RGB ": ({"RGB", "RGBA", "RGBX", "P", "PA", "L", "LA", "YCbCr"}, "RGB"),
    b"GRAY": ({"L", "LA"}, "L"),
    b"CMYK": ({"CMYK"}, "CMYK"),
}
# Tables of any number of steps, which can be made to take for ever; hardly any profile has them.
_ENDLESS = {b"D2B0", b"D2B1", b"D2B2", b"D2B3"}


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """RGB, or RGBA where it has transparency, of which the colours alone are converted.

    A profile that is broken, or of other colours than the picture's, is ignored, and costs
    nothing where it is sRGB.
    """
    if image.mode == "LAB":
        return _applied(image, _from_lab())
    shown = _in_mode(image, "RGBA" if image.has_transparency_data else "RGB")
    mode, transform = _conversion(profile, image.mode)
    if transform is None:
        return shown
    converted = _applied(_in_mode(shown if image.mode != mode else image, mode), transform)
    if shown.mode == "RGBA":
        converted.putalpha(shown.getchannel("A"))
    return converted


def differs(profile: bytes, mode: str) -> bool:
    """Whether a picture of that mode has visibly other colours than without its profile."""
    return _conversion(profile, mode)[1] is not None


def _conversion(profile: bytes, mode: str) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """Which mode the profile takes, and how; None where it is not used."""
    modes, its = _SPACES.get(profile[16:20], (set(), ""))
    return its, _transform(profile, its) if mode in modes else None


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)


def _applied(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:
        raise ImageCms.PyCMSError("nothing was converted")
    return converted


@lru_cache(KEPT)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None where the profile cannot be used, or need not be."""
    if len(profile) > MAX_PROFILE or _ENDLESS & _tags(profile):
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, _srgb(), mode, "RGB")
        return transform if _is_visible(transform, mode) else None
    except (OSError, ImageCms.PyCMSError):
        return None


def _is_visible(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether it changes any of a few thousand colours by more than the eye sees."""
    if mode == "CMYK":
        return True
    samples = _samples(mode)
    change = ImageChops.difference(samples.convert("RGB"), _applied(samples, transform))
    return bool(np.asarray(change).max() > _INVISIBLE)


@cache
def _samples(mode: str) -> Image.Image:
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    colours = product(range(0, 256, 17), repeat=3)
    return Image.frombytes("RGB", (256, 16), bytes(value for colour in colours for value in colour))


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _from_lab() -> ImageCms.ImageCmsTransform:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB")


def _tags(profile: bytes) -> set[bytes]:
    """The names in its table, of which Little CMS reads a hundred."""
    count = min(int.from_bytes(profile[128:132]), 100)
    return {profile[entry : entry + 4] for entry in range(132, 132 + 12 * count, 12)}
