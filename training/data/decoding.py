"""Pictures of a data set, decoded by the service's own code into what training reads."""

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.progress import track

from service.errors import ImageError
from service.pictures import faces, imaging
from service.pictures.folders import read
from service.pictures.imaging import Pixels
from training.console import console
from training.data.changes import UNCHANGED, UNKNOWN, Changes, changes_between, everywhere, resized
from training.data.distortions import DISTORTIONS
from training.data.samples import LABELS, Sample

MAP_SIDE = 32

Box = tuple[float, float, float, float]
Landmarks = tuple[tuple[float, float], ...]
NO_BOX: Box = (math.nan,) * 4
NOWHERE: Landmarks = ((math.nan, math.nan),) * 5


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a picture: ``service.pictures.faces.look`` with these arguments.

    With ``unscaled``, for training, it is one face of each picture at its own resolution, up to
    ``side``, in the upper left corner, and its box, landmarks and changes are found.
    ``distortion`` is one of ``distortions.DISTORTIONS`` that the file goes through before.
    """

    side: int
    margin: float | None
    unscaled: bool = False
    distortion: str | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """One picture: the images that are shown of it, and of each its edge, face and changes.

    ``images`` is uint8 RGB ``[n, side, side, 3]``, or None if it cannot be read, for the reason
    ``error``; of that, ``edges`` pixels each way are used. ``changes`` int8 ``[n, 32, 32]`` is a
    map of ``training.data.changes`` for each.
    """

    sample: Sample
    images: Pixels | None = None
    edges: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()
    landmarks: tuple[Landmarks, ...] = ()
    changes: tuple[Changes, ...] = ()
    sha256: str = ""
    error: str = ""


def decode_all(samples: list[Sample], view: View) -> Iterator[Decoded]:
    """Decode each, on all cores, in order; shows progress."""
    finder = faces.FaceFinder()
    originals = {_kin(sample): sample.path for sample in samples if sample.label == 0}

    def decode(sample: Sample) -> Decoded:
        try:
            data = read(sample.path)
            picture = imaging.decode(data)
        except ImageError as error:
            return Decoded(sample, error=str(error))
        except OSError as error:
            return Decoded(sample, error=error.strerror or str(error))
        if view.distortion:
            distorted = DISTORTIONS[view.distortion](data)
            picture = replace(imaging.decode(distorted), sha256=picture.sha256)
        if not view.unscaled:
            _, shown = faces.look(picture.pixels, finder, view.margin, view.side)
            n, unknown = len(shown), everywhere(UNKNOWN, MAP_SIDE)
            return Decoded(
                sample,
                shown,
                edges=(view.side,) * n,
                boxes=(NO_BOX,) * n,
                landmarks=(NOWHERE,) * n,
                changes=(unknown,) * n,
                sha256=picture.sha256,
            )
        found = finder.find(picture.pixels)[:1]
        image = _unscaled(picture.pixels, found, view)
        is_twin = sample.label == 1 and sample.group
        original = originals.get(_kin(sample)) if is_twin else None
        before = _original(original, picture.pixels.shape) if found else None
        changes = _changes(
            sample, image, None if before is None else _unscaled(before, found, view)
        )
        box, landmarks = _face(image, finder)
        edge = len(image)
        padded = np.zeros((1, view.side, view.side, 3), np.uint8)
        padded[0, :edge, :edge] = image
        return Decoded(sample, padded, (edge,), (box,), (landmarks,), (changes,), picture.sha256)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        decoded = pool.map(decode, samples)
        yield from track(decoded, "Decoding", total=len(samples), console=console)


def _kin(sample: Sample) -> tuple[str, str]:
    return sample.source, sample.group


def _changes(sample: Sample, shown: Pixels, before: Pixels | None) -> Changes:
    """Of a real picture none; of a fake, where it differs from the one that it was made of."""
    if LABELS[sample.label] == "real":
        return everywhere(UNCHANGED, MAP_SIDE)
    if before is None:
        return everywhere(UNKNOWN, MAP_SIDE)
    return resized(changes_between(shown, before), MAP_SIDE)


def _unscaled(pixels: Pixels, found: list[faces.Face], view: View) -> Pixels:
    """Resized once, in training, what fine traces it has are those that the service will see."""
    if view.margin is None or not found:
        return imaging.resize(pixels, min(view.side, *pixels.shape[:2]))
    image = faces.cut(pixels, found[0], view.margin)
    return image if len(image) <= view.side else imaging.resize(image, view.side)


def _original(path: Path | None, shape: tuple[int, ...]) -> Pixels | None:
    """The picture at ``path``, unless it is none that a fake of that shape can be laid over."""
    if path is None:
        return None
    try:
        pixels = imaging.decode(read(path)).pixels
    except (ImageError, OSError):
        return None
    return pixels if pixels.shape == shape else None


def _face(image: Pixels, finder: faces.FaceFinder) -> tuple[Box, Landmarks]:
    """Box and landmarks of the largest face."""
    found = finder.find(image)
    if not found:
        return NO_BOX, NOWHERE
    face = found[0]
    return (face.x, face.y, face.width, face.height), face.landmarks
