"""A collection to score: a portrait that comes with a package, cut and scaled, no two alike."""

from pathlib import Path

import skimage.data
from PIL import Image

EDGE = 320  # of what is cut out; the face is whole in each
ACROSS, DOWN = 150, 40  # places to cut at
SMALLEST, LARGER = 224, 8  # side in pixels, and by how much the next ones are larger


def write(folder: Path, count: int) -> None:
    """Write ``count`` JPEGs, ``000000.jpg`` and so on, into a new ``folder``."""
    folder.mkdir()
    portrait = Image.fromarray(skimage.data.astronaut())
    for number in range(count):
        left, top, side = cut(number)
        square = portrait.crop((left, top, left + EDGE, top + EDGE))
        square.resize((side, side)).save(folder / f"{number:06}.jpg", quality=90)


def cut(number: int) -> tuple[int, int, int]:
    """Left, top, and the side that it is scaled to."""
    rest, left = divmod(number, ACROSS)
    step, top = divmod(rest, DOWN)
    return left, top, SMALLEST + LARGER * step
