"""The one path from bytes to verdict; API, page, CLI and bulk scoring all take it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread
import numpy as np
from numpy.typing import NDArray

from service import faces, imaging, schemas, verdict
from service.faces import Face, FaceFinder
from service.imaging import Picture, Pixels
from service.model import Model
from service.schemas import Box, ImageFacts, ModelName, Prediction, Timing
from service.verdict import WarningCode

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")
Scores = NDArray[np.float32]


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

    def __init__(
        self,
        model: Model,
        max_pixels: int = imaging.MAX_PIXELS,
        face_model: Path | None = None,
    ) -> None:
        self.model = model
        self._max_pixels = max_pixels
        self._finder = FaceFinder(face_model)
        self._workers = anyio.CapacityLimiter(os.cpu_count() or 1)

    async def analyse(self, data: bytes) -> Analysis:
        """Decode, score and judge one file's bytes.

        Raises:
            ImageError: the bytes cannot be scored as a picture.
        """
        watch = _Stopwatch(time.perf_counter())
        picture, decode_ms = await self._run(watch, imaging.decode, data, self._max_pixels)
        (found, shown), faces_ms = await self._run(watch, self._look, picture.pixels)
        scores, model_ms = await self._run(watch, self.model.score, shown)
        timing = Timing(
            decode=decode_ms, faces=faces_ms, queue=watch.queue, model=model_ms, total=watch.total
        )
        return Analysis(self._predict(picture, found, scores, timing), picture)

    def _look(self, pixels: Pixels) -> tuple[list[Face], Pixels]:
        manifest = self.model.manifest
        return faces.look(pixels, self._finder, manifest.crop_margin, manifest.input_side)

    def _predict(
        self, picture: Picture, found: list[Face], scores: Scores, timing: Timing
    ) -> Prediction:
        manifest = self.model.manifest
        probability = float(scores.max())
        label, confidence = verdict.label(probability)
        warnings = self._warnings(picture, found, scores)
        return Prediction(
            verdict=verdict.judge(probability, manifest.thresholds, warnings),
            label=label,
            confidence=confidence,
            fake_probability=probability,
            faces=[
                self._face(face, float(score))
                for face, score in zip(found, scores, strict=False)  # of a crowd, the scored ones
            ],
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

    def _warnings(self, picture: Picture, found: list[Face], scores: Scores) -> list[WarningCode]:
        manifest = self.model.manifest
        warnings = verdict.picture_warnings(manifest, picture.width, picture.height, len(found))
        if found:
            warnings += verdict.face_warnings(manifest, found[int(scores.argmax())])
        return warnings + ([WarningCode.MANY_FACES] if len(found) > len(scores) else [])

    def _face(self, face: Face, score: float) -> schemas.Face:
        manifest = self.model.manifest
        warnings = verdict.face_warnings(manifest, face)
        return schemas.Face(
            box=Box(x=face.x, y=face.y, width=face.width, height=face.height),
            detection_score=face.score,
            fake_probability=score,
            verdict=verdict.judge(score, manifest.thresholds, warnings),
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
