"""The one path from bytes to verdict; API, page, CLI and bulk scoring all take it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from service import faces, imaging, schemas, verdict
from service.batching import MAX_BATCH, Batcher, Scores
from service.faces import Face, FaceFinder
from service.imaging import Picture, Pixels
from service.model import Model
from service.schemas import Box, ImageFacts, ModelName, Prediction, Timing
from service.settings import Settings
from service.verdict import WarningCode


@dataclass(frozen=True, slots=True)
class Analysis:
    """A prediction and the picture that it is of."""

    prediction: Prediction
    picture: Picture


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A picture, its faces, what the network is shown of it, and how long that took, in ms."""

    picture: Picture
    found: list[Face]
    shown: Pixels
    queue_ms: float
    decode_ms: float
    faces_ms: float


class Detector:
    """Scores pictures off the event loop: as many are decoded at once as there are cores."""

    def __init__(
        self,
        model: Model,
        max_pixels: int = imaging.MAX_PIXELS,
        face_model: Path | None = None,
        batch_size: int = MAX_BATCH,
        batch_wait_ms: float = 0.0,
    ) -> None:
        self.model = model
        self._max_pixels = max_pixels
        self._finder = FaceFinder(face_model)
        self._workers = anyio.CapacityLimiter(os.cpu_count() or 1)
        self._batcher = Batcher(model.score, batch_size, batch_wait_ms)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Detector":
        """The detector that the settings ask for, with the latest version of the model.

        Raises:
            ArtifactError, FaceModelError: a file of it is missing or damaged.
        """
        return cls(
            Model.latest(settings.model, settings.batch_size),
            settings.max_pixels,
            settings.face_model,
            settings.batch_size,
            settings.batch_wait_ms,
        )

    async def analyse(self, data: bytes) -> Analysis:
        """Decode, score and judge one file's bytes.

        Raises:
            ImageError: the bytes cannot be scored as a picture.
        """
        began = time.perf_counter()
        it = await anyio.to_thread.run_sync(self._prepare, data, began, limiter=self._workers)
        scored = await self._batcher.score(it.shown)
        timing = Timing(
            decode=it.decode_ms,
            faces=it.faces_ms,
            queue=it.queue_ms + scored.queue_ms,
            model=scored.model_ms,
            total=_ms_since(began),
        )
        return Analysis(self._predict(it.picture, it.found, scored.scores, timing), it.picture)

    def _prepare(self, data: bytes, asked: float) -> _Prepared:
        queue_ms, began = _ms_since(asked), time.perf_counter()
        picture = imaging.decode(data, self._max_pixels)
        decode_ms, began = _ms_since(began), time.perf_counter()
        found, shown = self._look(picture.pixels)
        return _Prepared(picture, found, shown, queue_ms, decode_ms, _ms_since(began))

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


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
