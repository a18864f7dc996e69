"""How fast are faces found, and are they those that OpenCV finds? One table each.

    python -m benchmarks.finding [--rounds 5] [--data DIR]

The same file of YuNet by OpenCV's own class, after one shrinking over areas, and as the service
does it. Milliseconds of one core, in turn, the least of all rounds. With a data set, also on its
test split and on twenty group pictures of twenty pictures each: of the faces that either finds, the
share that both find, with the boxes within 2 px and an overlap of at least 0.95.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.decoding import milliseconds
from benchmarks.running import pictures
from service.pictures import imaging
from service.pictures.faces import DETECTION_SIDE, Face, FaceFinder, _face, _installed
from service.pictures.imaging import Pixels
from service.pictures.yunet import MAX_OVERLAP, MIN_SCORE
from service.scoring.detector import ENOUGH
from training.data.samples import find_samples

GROUPS, ACROSS, DOWN = 20, 5, 4
CELL = 480  # pixels of a picture in a group picture: its faces are searched at a quarter
CLOSE_PIXELS, CLOSE_OVERLAP = 2, 0.95


class Reference:
    """YuNet by OpenCV."""

    def __init__(self) -> None:
        data = np.frombuffer(_installed().read_bytes(), np.uint8)
        none = np.empty(0, np.uint8)
        self._yunet = cv2.FaceDetectorYN.create(
            "onnx", data, none, (320, 320), MIN_SCORE, MAX_OVERLAP
        )

    def find(self, pixels: Pixels) -> list[Face]:
        """As ``FaceFinder.find``, of pictures that are not long."""
        height, width = pixels.shape[:2]
        scale = min(1.0, DETECTION_SIDE / max(height, width))
        seen = (round(width * scale), round(height * scale))
        small = cv2.resize(pixels, seen, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
        self._yunet.setInputSize(seen)
        _, rows = self._yunet.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        return [_face(row, scale, width, height) for row in (() if rows is None else rows)]


def agreement(some: list[Face], others: list[Face], pixel: float) -> tuple[int, int]:
    """How many faces there are in all, and how many of them are close to one of the others."""
    close = sum(any(_close(face, other, pixel) for other in others) for face in some)
    return len(some) + len(others) - close, close


def _close(one: Face, other: Face, pixel: float) -> bool:
    edges, others = _edges(one), _edges(other)
    apart = max(abs(mine - its) for mine, its in zip(edges, others, strict=True))
    return apart <= CLOSE_PIXELS * pixel and _overlap(edges, others) >= CLOSE_OVERLAP


def _edges(face: Face) -> tuple[int, int, int, int]:
    return face.x, face.y, face.x + face.width, face.y + face.height


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    left, top, right, bottom = (*map(max, one[:2], other[:2]), *map(min, one[2:], other[2:]))
    both = max(0, right - left) * max(0, bottom - top)
    areas = ((it[2] - it[0]) * (it[3] - it[1]) for it in (one, other))
    return both / (sum(areas) - both)


def singles(data: Path) -> Iterator[Pixels]:
    """The pictures of the test split that can be read, and are not long."""
    for sample in find_samples(data, "test"):
        picture = imaging.decode(sample.path.read_bytes(), enough=ENOUGH).pixels
        if max(picture.shape) <= 2 * min(picture.shape[:2]):
            yield picture


def groups(data: Path) -> Iterator[Pixels]:
    """Pictures of the split side by side, of twelve at a time in four."""
    samples = find_samples(data, "test")
    draw = random.Random(0)  # noqa: S311
    for _ in range(GROUPS):
        canvas = Image.new("RGB", (ACROSS * CELL, DOWN * CELL), "white")
        for number, sample in enumerate(draw.sample(samples, ACROSS * DOWN)):
            picture = Image.fromarray(imaging.decode(sample.path.read_bytes()).pixels)
            picture.thumbnail((CELL, CELL))
            canvas.paste(picture, (number % ACROSS * CELL, number // ACROSS * CELL))
        yield np.asarray(canvas)


def compare(kind: str, images: Iterator[Pixels], total: int) -> tuple[str, ...]:
    """A row of the table: of so many faces, how many agree."""
    reference, finder, all_faces, all_close = Reference(), FaceFinder(), 0, 0
    for pixels in track(images, kind, total):
        pixel = max(1.0, max(pixels.shape) / DETECTION_SIDE)
        of_this, close = agreement(reference.find(pixels), finder.find(pixels), pixel)
        all_faces, all_close = all_faces + of_this, all_close + close
    return kind, str(all_faces), f"{all_close / all_faces:.2%}"


def times(rounds: int) -> Iterator[tuple[str, ...]]:
    """Rows of milliseconds."""
    ways: dict[str, Callable[[Pixels], object]] = {
        "OpenCV": Reference().find,
        "the service": FaceFinder().find,
    }
    with tempfile.TemporaryDirectory() as folder:
        made = pictures(Path(folder))
        decoded = {n: imaging.decode(p.read_bytes(), enough=ENOUGH).pixels for n, p in made.items()}
    for name, pixels in decoded.items():
        taken = [
            {way: milliseconds(partial(find, pixels)) for way, find in ways.items()}
            for _ in range(rounds)
        ]
        yield name, *(f"{min(it[way] for it in taken):.3g}" for way in ways)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description="How fast are faces found?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    table = Table("ms of one core", "OpenCV", "the service")
    for row in times(asked.rounds):
        table.add_row(*row)
    Console().print(table)
    if asked.data:
        table = Table("", "faces", "both find")
        table.add_row(
            *compare("test split", singles(asked.data), len(find_samples(asked.data, "test")))
        )
        table.add_row(*compare("group pictures", groups(asked.data), GROUPS))
        Console().print(table)


if __name__ == "__main__":
    main()
