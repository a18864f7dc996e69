"""The one path from bytes to verdict; API, page, CLI and bulk scoring all take it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread

from service import imaging, verdict
from service.imaging import Picture, Pixels
from service.model import Model
from service.schemas import ImageFacts, ModelName, Prediction, Timing

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class Analysis:
    """A prediction and the picture that it is of."""

    prediction: Prediction
    picture: Picture


@dataclass(slots=True)
class _Stopwatch:
    """Milliseconds since ``started``, and of them those spent waiting for a worker."""

    started: float
    queue: float = 0.0

    @property
    def total(self) -> float:
        return (time.perf_counter() - self.started) * 1000


class Detector:
    """Scores pictures off the event loop, as many at once as there are cores."""

    def __init__(self, model: Model, max_pixels: int = imaging.MAX_PIXELS) -> None:
        self.model = model
        self._max_pixels = max_pixels
        self._workers = anyio.CapacityLimiter(os.cpu_count() or 1)

    async def analyse(self, data: bytes) -> Analysis:
        """Decode, score and judge one file's bytes.

        Raises:
            ImageError: the bytes cannot be scored as a picture.
        """
        watch = _Stopwatch(time.perf_counter())
        picture, decode_ms = await self._run(watch, imaging.decode, data, self._max_pixels)
        side = self.model.manifest.input_side
        pixels, faces_ms = await self._run(watch, imaging.resize, picture.pixels, side)
        probability, model_ms = await self._run(watch, self._score, pixels)
        timing = Timing(
            decode=decode_ms, faces=faces_ms, queue=watch.queue, model=model_ms, total=watch.total
        )
        return Analysis(self._predict(picture, probability, timing), picture)

    def _score(self, pixels: Pixels) -> float:
        return float(self.model.score(pixels[None])[0])

    def _predict(self, picture: Picture, probability: float, timing: Timing) -> Prediction:
        manifest = self.model.manifest
        warnings = verdict.find_warnings(picture.width, picture.height, manifest.input_side)
        label, confidence = verdict.label(probability)
        return Prediction(
            verdict=verdict.judge(probability, manifest.thresholds, warnings),
            label=label,
            confidence=confidence,
            fake_probability=probability,
            faces=[],
            warnings=warnings,
            model=ModelName(name=manifest.name, version=manifest.version),
            image=ImageFacts(
                width=picture.width,
                height=picture.height,
                format=picture.format,
                sha256=picture.sha256,
            ),
            timing_ms=timing,
        )

    async def _run(
        self,
        watch: _Stopwatch,
        work: Callable[[*Arguments], Result],
        *arguments: *Arguments,
    ) -> tuple[Result, float]:
        """Do ``work`` in a worker thread; also tell how many milliseconds it took."""
        asked = time.perf_counter()

        def timed() -> tuple[Result, float, float]:
            began = time.perf_counter()
            result = work(*arguments)
            return result, (began - asked) * 1000, (time.perf_counter() - began) * 1000

        result, waited, worked = await anyio.to_thread.run_sync(timed, limiter=self._workers)
        watch.queue += waited
        return result, worked
