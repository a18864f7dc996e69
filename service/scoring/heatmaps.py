"""Where in a picture the network saw what it saw, as small pictures over boxes."""

import base64
import io
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.pictures import faces
from service.pictures.faces import Face
from service.pictures.imaging import Picture
from service.scoring.schemas import Box, Heatmap


def places(picture: Picture, found: list[Face], margin: float | None) -> list[Box]:
    """The boxes, in pixels of the upright picture, of what ``faces.look`` shows of it.

    ``found`` are faces in ``picture.pixels``; without any, the whole picture is shown. That of a
    face which the picture's edge cuts reaches outside.
    """
    if not found or margin is None:
        return [Box(x=0, y=0, width=picture.width, height=picture.height)]
    height, width = picture.pixels.shape[:2]
    squares = (faces.square(face, margin, width, height) for face in found)
    return [_box(*square, picture.reduction) for square in squares]


def _box(left: int, top: int, edge: int, scale: float) -> Box:
    x, y = round(left * scale), round(top * scale)
    right, bottom = round((left + edge) * scale), round((top + edge) * scale)
    return Box(x=x, y=y, width=right - x, height=bottom - y)


def encode(maps: NDArray[np.float32], boxes: Iterable[Box]) -> list[Heatmap]:
    """Float32 ``[n, h, w]`` in 0..1 as greyscale PNGs of w x h pixels, each over its box."""
    greys = np.round(maps * 255).astype(np.uint8)
    return [Heatmap(box=box, png=_png(grey)) for grey, box in zip(greys, boxes, strict=True)]


def _png(grey: NDArray[np.uint8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
