"""Does the heatmap point at the forgery? The pointing game (Zhang et al. 2016, arXiv 1608.00507).

Where a data set's files.csv names the group of each file, a fake and a real picture of one group
are twins: the same video frame before and after. Where they differ is where the forgery is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.errors import ImageError
from service.pictures import faces, imaging
from service.pictures.folders import read
from training.data.changes import CHANGED, UNKNOWN, changes_between
from training.data.samples import find_samples
from training.judging.metrics import Estimate, share
from training.judging.subject import Subject


@dataclass(frozen=True, slots=True)
class Pointing:
    """Of how many pairs the peak lies inside what was changed; ``chance`` is its share of area."""

    pairs: int
    hits: Estimate
    chance: float


def pointing_game(subject: Subject, data: Path) -> Pointing | None:
    """Play it with the twins of the test split; None where there are none."""
    finder = faces.FaceFinder()
    crops, masks = [], []
    for fake, real in twins(data, "test"):
        shown = _show(subject, finder, fake, real)
        if shown is not None:
            crops.append(shown[0])
            masks.append(shown[1])
    if not crops:
        return None
    heatmaps = subject.heatmaps(np.stack(crops))
    inside = [hit(heatmap, mask) for heatmap, mask in zip(heatmaps, masks, strict=True)]
    hits = share(np.array(inside))
    assert hits is not None  # noqa: S101  # there are crops
    return Pointing(len(crops), hits, float(np.mean(masks)))


def twins(data: Path, split: str) -> Iterator[tuple[Path, Path]]:
    """Pairs of a fake and a real picture of one source and group."""
    found: dict[tuple[str, str], dict[int, Path]] = {}
    for sample in find_samples(data, split):
        if sample.group:
            found.setdefault((sample.source, sample.group), {})[sample.label] = sample.path
    for pair in found.values():
        if len(pair) == 2:
            yield pair[1], pair[0]


def hit(heatmap: NDArray[np.float32], mask: NDArray[np.bool_]) -> bool:
    """Whether the middle of the highest cell of ``[h, w]`` lies in a mask ``[side, side]``."""
    row, column = np.unravel_index(int(heatmap.argmax()), heatmap.shape)
    cell = np.array(mask.shape) / heatmap.shape
    y, x = ((np.array([row, column]) + 0.5) * cell).astype(int)
    return bool(mask[y, x])


def _show(
    subject: Subject, finder: faces.FaceFinder, fake: Path, real: Path
) -> tuple[imaging.Pixels, NDArray[np.bool_]] | None:
    """The fake as the network sees it and where it was changed; None where that is not known."""
    try:
        one, other = (imaging.decode(read(path)).pixels for path in (fake, real))
    except (ImageError, OSError):
        return None
    margin, side = subject.view.margin, subject.view.side
    found = [] if margin is None else finder.find(one)
    if one.shape != other.shape:
        return None
    if margin is None or not found:
        shown = imaging.resize(one, side), imaging.resize(other, side)
    else:
        shown = (
            faces.crop(one, found[0], margin, side),
            faces.crop(other, found[0], margin, side),
        )
    changes = changes_between(*shown)
    return None if changes[0, 0] == UNKNOWN else (shown[0], changes == CHANGED)
