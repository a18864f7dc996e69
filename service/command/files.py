"""Many files through the detector, several at once, answered in input order."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.errors import ImageError
from service.pictures import folders
from service.scoring.schemas import Prediction

if TYPE_CHECKING:
    from service.scoring.detector import Detector

IN_FLIGHT = 2 * (os.cpu_count() or 1)  # one in each core's hands, one read and waiting


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file's prediction, or the line that says why there is none."""

    path: Path
    prediction: Prediction | None
    error: str = ""


def find_files(paths: Iterable[Path], left_out: folders.LeftOut | None = None) -> Iterator[Path]:
    """Files as they are named; of folders, the pictures in them at any depth, sorted.

    A folder without any is passed on, so that it too ends as an outcome.
    """
    for path in paths:
        found = folders.find_pictures(path, left_out)
        yield next(found, path)
        yield from found


async def score_files(detector: "Detector", paths: Iterable[Path]) -> AsyncIterator[Outcome]:
    """Score each file; the outcomes come in the order of ``paths``."""
    pending: deque[asyncio.Task[Outcome]] = deque()
    for path in paths:
        pending.append(asyncio.create_task(_score(detector, path)))
        if len(pending) >= IN_FLIGHT:
            yield await pending.popleft()
    while pending:
        yield await pending.popleft()


async def _score(detector: "Detector", path: Path) -> Outcome:
    try:
        data = await asyncio.to_thread(folders.read, path)
        return Outcome(path, (await detector.analyse(data, name=path.name)).prediction)
    except IsADirectoryError:
        return Outcome(path, None, "The folder holds no picture.")
    except OSError as error:
        return Outcome(path, None, error.strerror or str(error))
    except ImageError as error:
        return Outcome(path, None, str(error))
