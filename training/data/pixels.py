"""Pictures decoded once, by the service's own code, into an array on disk that training reads.

Decoding costs more than a small network's training step; done once, it costs an epoch nothing.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from service.pictures import imaging
from service.pictures.folders import LeftOut
from service.pictures.names import shown
from training.console import console
from training.data import changes, decoding
from training.data.decoding import MAP_SIDE, Box, Decoded, Landmarks, View, decode_all
from training.data.example import Example
from training.data.samples import LABELS, Sample, find_samples
from training.errors import DataError
from training.places import RUNS

CACHE = RUNS / "cache"
# All that makes the pixels: the service's room, and what is done here.
_CODE = [
    *sorted(Path(imaging.__file__).parent.glob("*.py")),
    Path(changes.__file__),
    Path(decoding.__file__),
]


@dataclass(frozen=True, slots=True)
class Pixels:
    """A split as the network sees it.

    ``images`` is uint8 RGB ``[n, side, side, 3]``, mapped from disk, of which the first ``edges``
    int64 ``[n]`` pixels each way are used; ``owners`` int64 ``[n]`` is the picture that each comes
    from; ``boxes`` float32 ``[n, 4]`` (x, y, width, height) and ``landmarks`` float32 ``[n, 5, 2]``
    are where ``pictures.faces`` finds a face in the image, in pixels, or NaN where it finds none;
    ``changes`` int8 ``[n, 32, 32]`` is a map of ``data.changes``. By picture: ``labels`` int64
    of 0 (real) and 1 (fake), ``sources``, ``families``, ``groups`` and ``files``. ``skipped`` has a
    line for each picture that could not be read; ``fingerprint`` is a SHA-256 over the files'
    contents.
    """

    images: NDArray[np.uint8]
    edges: NDArray[np.int64]
    owners: NDArray[np.int64]
    boxes: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    changes: NDArray[np.int8]
    labels: NDArray[np.int64]
    sources: list[str]
    families: list[str]
    groups: list[str]
    files: list[str]
    skipped: list[str]
    fingerprint: str

    def unpadded(self, position: int) -> NDArray[np.uint8]:
        """The image at ``position``: uint8 RGB ``[edge, edge, 3]``."""
        edge = self.edges[position]
        return np.asarray(self.images[position, :edge, :edge])

    def example(self, position: int) -> Example:
        """What is at ``position``."""
        return Example(self.unpadded(position), self.changes[position], self.boxes[position])


@dataclass(frozen=True, slots=True)
class _Index:
    """Which of the samples were kept, by position, and why the others were not."""

    kept: list[int]
    owners: list[int]
    edges: list[int]
    boxes: list[Box]
    landmarks: list[Landmarks]
    skipped: list[str]
    fingerprint: str


def load_split(data: Path, split: str, view: View, without: Sequence[str] = ()) -> Pixels:
    """A split of the folder ``data``, less some sources; says on the console what was skipped.

    Raises:
        DataError: the split is missing, or one of its classes has no readable picture.
    """
    left_out = LeftOut()
    found = find_samples(data, split, left_out)
    samples = [it for it in found if it.source not in without]
    for number, name in enumerate(LABELS):
        if not any(it.label == number for it in samples):
            raise DataError(f"{data}: no {name} picture of {split} is left, so much is left out")
    pixels = load_pixels(samples, view, CACHE)
    console.print(f"{split}: {len(pixels.labels):,} pictures, {len(pixels.skipped):,} skipped")
    for line in pixels.skipped:
        console.print(f"  skipped {line}", markup=False, soft_wrap=True)
    if left_out.count:
        console.print(str(left_out), markup=False, soft_wrap=True)
    return pixels


def load_pixels(samples: list[Sample], view: View, cache: Path) -> Pixels:
    """Decode ``samples`` into ``view``, or map them from ``cache`` if that has been done.

    The cache's key covers each file's path, size and time of change, the view, and the code that
    makes the pixels. A picture that cannot be read is skipped and listed in ``skipped``.

    Raises:
        DataError: no picture of one of the classes can be read.
    """
    folder = cache / _cache_key(samples, view)
    if not folder.is_dir():
        _build(samples, view, folder)
    index = _Index(**json.loads((folder / "index.json").read_text()))
    kept = [samples[position] for position in index.kept]
    return Pixels(
        images=np.memmap(
            folder / "images.bin", np.uint8, "r", shape=(len(index.owners), *_shape(view))
        ),
        edges=np.array(index.edges, np.int64),
        owners=np.array(index.owners, np.int64),
        boxes=np.array(index.boxes, np.float32),
        landmarks=np.array(index.landmarks, np.float32),
        changes=np.fromfile(folder / "changes.bin", np.int8).reshape(-1, MAP_SIDE, MAP_SIDE),
        labels=np.array([sample.label for sample in kept], np.int64),
        sources=[sample.source for sample in kept],
        families=[sample.family for sample in kept],
        groups=[sample.group for sample in kept],
        files=[str(sample.path) for sample in kept],
        skipped=index.skipped,
        fingerprint=index.fingerprint,
    )


def picture_scores(pixels: Pixels, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """A picture's score is that of its most suspicious face, from scores by image ``[n]``."""
    highest = np.full(len(pixels.labels), -np.inf, scores.dtype)
    np.maximum.at(highest, pixels.owners, scores)
    return highest


def _shape(view: View) -> tuple[int, int, int]:
    return (view.side, view.side, 3)


def _cache_key(samples: list[Sample], view: View) -> str:
    digest = hashlib.sha256(f"{view}\n".encode())
    for file in _CODE:
        digest.update(file.read_bytes())
    for sample in samples:
        what = f"{os.path.realpath(sample.path)} {sample.label} {sample.group}"
        digest.update(_encoded(f"{what} {_version(sample.path)}\n"))
    return digest.hexdigest()[:16]


def _version(path: Path) -> str:
    """What of a file changes with it."""
    try:
        stat = path.stat()
    except OSError as error:  # a link that leads nowhere: it will be skipped
        return str(error.errno)
    return f"{stat.st_size} {stat.st_mtime_ns}"


def _encoded(text: str) -> bytes:
    """With names as they are on the disk, which need not be UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def _build(samples: list[Sample], view: View, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".building-"))
    try:
        with (
            (building / "images.bin").open("wb") as images,
            (building / "changes.bin").open("wb") as maps,
        ):
            index = _fill(images, maps, decode_all(samples, view))
        _require_both_classes(samples, index)
        (building / "index.json").write_text(json.dumps(asdict(index)))
        _put(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _put(building: Path, folder: Path) -> None:
    """Another process may have been faster, with the same."""
    try:
        building.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _fill(images: BinaryIO, maps: BinaryIO, decoded: Iterable[Decoded]) -> _Index:
    kept: list[int] = []
    owners: list[int] = []
    edges: list[int] = []
    boxes: list[Box] = []
    landmarks: list[Landmarks] = []
    skipped: list[str] = []
    digest = hashlib.sha256()
    for position, item in enumerate(decoded):
        if item.images is None:
            skipped.append(f"{shown(item.sample.path)}: {item.error}")
            continue
        images.write(item.images.tobytes())
        maps.write(np.stack(item.changes).tobytes())
        owners.extend([len(kept)] * len(item.images))
        edges.extend(item.edges)
        boxes.extend(item.boxes)
        landmarks.extend(item.landmarks)
        kept.append(position)
        name = f"{LABELS[item.sample.label]}/{item.sample.path.name}"
        digest.update(_encoded(f"{name} {item.sha256}\n"))
    return _Index(kept, owners, edges, boxes, landmarks, skipped, digest.hexdigest())


def _require_both_classes(samples: list[Sample], index: _Index) -> None:
    present = {samples[position].label for position in index.kept}
    for number, name in enumerate(LABELS):
        if number not in present:
            folder = next(sample.path.parent for sample in samples if sample.label == number)
            raise DataError(
                f"{folder}: no {name} picture can be read; the first: {index.skipped[0]}"
            )
