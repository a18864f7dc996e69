"""Many requests' faces in one model call.

What arrives while a call runs is scored together by the next one: an idle service adds no wait,
and a busy one fills its batches by itself. A call may also be held back for some milliseconds to
gather more, which pays where calls cost more than they take in.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service import metrics
from service.pictures.imaging import Pixels

Scores = NDArray[np.float32]
Answers = NDArray[Any]

MAX_BATCH = 16


@dataclass(frozen=True, slots=True)
class Scored:
    """The answers to one request's images, and how long they waited and were worked on, in ms."""

    answers: Answers
    queue_ms: float
    model_ms: float


@dataclass(frozen=True, slots=True)
class _Job:
    images: Pixels
    answer: asyncio.Future[Scored]
    asked: float


class Batcher:
    """Calls ``score`` in one worker thread with what several tasks of one event loop ask for.

    ``score`` takes uint8 ``[n, side, side, 3]`` and returns an array ``[n]``, of numbers or of
    records; it is given at most ``max_batch`` images at a time, unless one request has more.
    """

    def __init__(
        self, score: Callable[[Pixels], Answers], max_batch: int = MAX_BATCH, wait_ms: float = 0.0
    ) -> None:
        self._score = score
        self._max_batch = max_batch
        self._wait = wait_ms / 1000
        self._jobs: deque[_Job] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def score(self, images: Pixels) -> Scored:
        """Score ``images`` together with what else is waiting.

        A caller that is cancelled before its batch begins costs no model call. What ``score``
        raises is raised by each request of that batch, and by no other.
        """
        job = _Job(images, asyncio.get_running_loop().create_future(), time.perf_counter())
        self._jobs.append(job)
        metrics.QUEUE_DEPTH.inc(len(images))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await job.answer

    async def _work(self) -> None:
        while self._jobs:
            if self._wait and sum(len(job.images) for job in self._jobs) < self._max_batch:
                await asyncio.sleep(self._wait)
            batch = self._take()
            if batch:
                await self._answer(batch)

    def _take(self) -> list[_Job]:
        """The next jobs that somebody still waits for, as many as fit."""
        batch: list[_Job] = []
        room = self._max_batch
        while self._jobs and (not batch or len(self._jobs[0].images) <= room):
            job = self._jobs.popleft()
            metrics.QUEUE_DEPTH.dec(len(job.images))
            if not job.answer.done():
                batch.append(job)
                room -= len(job.images)
        return batch

    async def _answer(self, batch: list[_Job]) -> None:
        began = time.perf_counter()
        try:
            images = np.concatenate([job.images for job in batch])
            metrics.BATCH_SIZE.observe(len(images))
            answers = await asyncio.to_thread(self._score, images)
            ends = np.cumsum([len(job.images) for job in batch])
            parts = np.split(answers, ends[:-1])
        except Exception as error:  # whatever it is, it is these callers' alone
            for job in batch:
                if not job.answer.done():
                    job.answer.set_exception(error)
            return
        model_ms = (time.perf_counter() - began) * 1000
        for job, part in zip(batch, parts, strict=True):
            if not job.answer.done():
                job.answer.set_result(Scored(part, (began - job.asked) * 1000, model_ms))
