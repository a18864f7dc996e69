"""Many files through the detector, several at once, answered in input order."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepfake_client import AsyncClient
from deepfake_client.order import in_order
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


def score_files(detector: "Detector", paths: Iterable[Path]) -> AsyncIterator[Outcome]:
    """Score each file; the outcomes come in the order of ``paths``."""

    async def score(path: Path) -> Outcome:
        try:
            data = await asyncio.to_thread(folders.read, path)
            return Outcome(path, (await detector.analyse(data, name=path.name)).prediction)
        except (ImageError, OSError) as error:
            return Outcome(path, None, _line(error))

    return in_order(score, paths, IN_FLIGHT)


async def score_files_there(client: AsyncClient, paths: Iterable[Path]) -> AsyncIterator[Outcome]:
    """The same by a service, which ``client`` asks and which is left in the end.

    Raises:
        deepfake_client.Error: it scores no picture now, or none of this caller's.
    """
    async with client:
        async for scored in client.predict_many(paths):
            if scored.prediction:
                yield Outcome(scored.path, Prediction(**dict(scored.prediction)))
            elif scored.error:
                yield Outcome(scored.path, None, _line(scored.error))


def _line(error: Exception) -> str:
    if isinstance(error, IsADirectoryError):
        return "The folder holds no picture."
    return (isinstance(error, OSError) and error.strerror) or str(error)
