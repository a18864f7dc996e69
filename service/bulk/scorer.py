"""Holds the detector, and turns a part's paths into its rows."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from service.bulk import rows, storage
from service.bulk.output import Output, part_name
from service.bulk.plan import Plan
from service.errors import ArtifactError
from service.model.cores import available_cores
from service.pictures.names import meant
from service.settings import Settings

Made = TypeVar("Made")


class Scorer:
    """Scores part after part, several at a time, on the event loop that its calls share.

    Pictures of all of them are under way at once, so that faces meet in the model's batches, and
    no core waits for the end of a part.
    """

    def __init__(self, settings: Settings, output: str, plan: Plan) -> None:
        """Load the model.

        Raises:
            ArtifactError, FaceModelError, ThresholdsError: a file of it is missing, damaged, or
                not the plan's.
        """
        from service.scoring.detector import Detector

        self._detector = Detector.from_settings(settings)
        self._manifest = self._detector.model.manifest
        if not plan.is_of(self._manifest):
            raise ArtifactError(f"{settings.model}: holds another model than the run's")
        self._output = Output(output)
        self._limit = settings.max_body_bytes
        # What fills one batch of the model, and as much that is read and decoded meanwhile.
        under_way = 2 * max(settings.batch_size, settings.cores or available_cores())
        self._readers = ThreadPoolExecutor(under_way, "read")  # a far file takes its time
        self._places = asyncio.Semaphore(under_way)

    async def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Score the parts ``batch["part"]``, but for those that are written; returns the same.

        A part may be asked for anew, after a node's death: it is written once.
        """
        for part in batch["part"]:
            await self._write(int(part))
        return batch

    async def _write(self, part: int) -> None:
        if await self._aside(self._output.has, part_name(part)):
            return
        paths = await self._aside(self._output.paths, part)
        scored = await asyncio.gather(*map(self._row, paths))
        table = rows.table(list(scored), self._manifest)
        await self._aside(self._output.write_part, part, table)

    async def _row(self, path: str) -> rows.Row:
        async with self._places:
            try:
                data = await self._aside(storage.read, meant(path), self._limit)
            except Exception as error:  # each file system has its own
                return rows.failed(path, error, rows.UNREADABLE)
            try:
                return rows.scored(path, (await self._detector.analyse(data)).prediction)
            except Exception as error:  # one picture does not keep the others from their rows
                return rows.failed(path, error, rows.INTERNAL)

    async def _aside(self, do: Callable[..., Made], *given: object) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self._readers, do, *given)
