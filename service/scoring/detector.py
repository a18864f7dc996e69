"""The one path from bytes to verdict; API, page, CLI and bulk scoring all take it."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from service import metrics
from service.model import own
from service.model.batching import MAX_BATCH, Batcher, Scored, Scores
from service.model.cores import available_cores
from service.model.loaded import Model
from service.model.manifest import Manifest
from service.pictures import faces, imaging
from service.pictures.faces import Face, FaceFinder
from service.pictures.imaging import Picture, Pixels
from service.provenance import trust
from service.provenance.examine import examine
from service.provenance.records import Provenance
from service.scoring import heatmaps
from service.scoring.memory import Memory, MustWait, Share, spare
from service.scoring.prediction import predict
from service.scoring.schemas import Box, Heatmap, Prediction, Timing
from service.settings import Settings

# At which resolution a large JPEG is decoded: half of it changes scores by hundredths.
ENOUGH = 2 * faces.DETECTION_SIDE
LEAST_SHRINKING = 2.5  # of a face in a picture that was decoded at a reduced scale


@dataclass(frozen=True, slots=True)
class Analysis:
    """A prediction and the picture that it is of."""

    prediction: Prediction
    picture: Picture


@dataclass(frozen=True, slots=True)
class _Serving:
    """A version of the model, and who waits for it."""

    model: Model
    batcher: Batcher
    explainer: Batcher


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A picture, its faces, what the network is shown of it, and how long that took, in ms.

    ``places`` is where in the picture that lies, ``origin`` what its file says of itself.
    """

    picture: Picture
    found: list[Face]
    shown: Pixels
    places: list[Box]
    origin: Provenance
    queue_ms: float
    decode_ms: float
    faces_ms: float
    origin_ms: float


class Detector:
    """Scores pictures off the event loop: as many are decoded at once as it has ``cores``.

    ``memory`` is how many bytes large pictures may take meanwhile; None, all that there is.
    """

    def __init__(
        self,
        model: Model,
        max_pixels: int = imaging.MAX_PIXELS,
        face_model: Path | None = None,
        batch_size: int = MAX_BATCH,
        batch_wait_ms: float = 0.0,
        cores: int | None = None,
        anchors: str | None = None,
        memory: int | None = None,
    ) -> None:
        self._memory = Memory(spare() if memory is None else memory)
        self._max_pixels = min(max_pixels, self._memory.capacity // imaging.HELD)
        cores = cores or available_cores()
        self._finder = FaceFinder(face_model, cores)
        self._under_way = 0
        # Its threads, not those who wait for them, are the limit: a decoder cannot be cancelled.
        self._workers = ThreadPoolExecutor(cores, "decode", self._finder.prepare)
        all_there = threading.Barrier(cores)
        list(self._workers.map(lambda _: all_there.wait(), range(cores)))
        self._batch_size = batch_size
        self._batch_wait_ms = batch_wait_ms
        self._anchors = anchors
        self.swap(model)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Detector":
        """The detector that the settings ask for, with the latest version of the model.

        Raises:
            ArtifactError, FaceModelError: a file of it is missing or damaged.
            ThresholdsError: the same of the own thresholds, or they are another model's.
        """
        thresholds = own.read(settings.thresholds)
        return cls(
            Model.latest(settings.model, settings.batch_size, settings.cores, thresholds),
            settings.max_pixels,
            settings.face_model,
            settings.batch_size,
            settings.batch_wait_ms,
            settings.cores,
            trust.read_anchors(settings.trust_anchors),
        )

    @property
    def model(self) -> Model:
        """The version that answers now."""
        return self._serving.model

    def swap(self, model: Model) -> None:
        """Let ``model`` answer from now on; what has begun is finished by the one before."""
        self._serving = _Serving(
            model,
            Batcher(model.score, self._batch_size, self._batch_wait_ms),
            Batcher(model.explain, self._batch_size, self._batch_wait_ms),
        )
        it = model.manifest
        metrics.name_model(it.name, it.version, it.architecture)

    async def analyse(self, data: bytes, explain: bool = False, name: str = "") -> Analysis:
        """Decode, score and judge one file's bytes; to ``explain`` adds the heatmaps.

        The file's ``name`` is evidence only, if one is given.

        Raises:
            ImageError: the bytes cannot be scored as a picture.
        """
        began, serving = time.perf_counter(), self._serving
        manifest = serving.model.manifest
        self._under_way += 1
        try:
            it = await self._prepared(data, name, manifest, began)
            scores, maps, scored = await _score(serving, it, explain)
        finally:
            self._under_way -= 1
        timing = Timing(
            decode=it.decode_ms,
            faces=it.faces_ms,
            provenance=it.origin_ms,
            queue=it.queue_ms + scored.queue_ms,
            model=scored.model_ms,
            total=_ms_since(began),
        )
        its_own = serving.model.own
        prediction = predict(
            it.picture, it.found, scores, manifest, timing, it.origin, maps, its_own
        )
        return Analysis(prediction, it.picture)

    async def score(self, images: Pixels) -> tuple[Scores, Manifest]:
        """Score uint8 RGB ``[n, side, side, 3]``; returns float32 ``[n]``, and whose they are."""
        serving = self._serving
        scored = await serving.batcher.score(images)
        return scored.answers, serving.model.manifest

    async def _prepared(
        self, data: bytes, name: str, manifest: Manifest, asked: float
    ) -> _Prepared:
        """Wait for a worker and, with a large picture, for memory."""
        need = 0
        while True:
            share = Share(self._memory)
            if need:
                await share.wait_for(need)
            job = self._workers.submit(self._prepare, data, name, manifest, asked, share.claim)
            job.add_done_callback(share.give_back)  # it goes on where nobody waits for it any more
            try:
                return await asyncio.wrap_future(job)
            except MustWait as wait:
                need = wait.need

    def _prepare(
        self, data: bytes, name: str, manifest: Manifest, asked: float, claim: Callable[[int], None]
    ) -> _Prepared:
        queue_ms, began = _ms_since(asked), time.perf_counter()
        picture = imaging.decode(data, self._max_pixels, ENOUGH, claim=claim)
        decode_ms, began = _ms_since(began), time.perf_counter()
        found, shown = self._look(picture, manifest)
        faces_ms, began = _ms_since(began), time.perf_counter()
        if picture.reduction > 1 and not _large_enough(found, manifest):
            picture = imaging.decode(data, self._max_pixels, claim=claim)
            decode_ms, began = decode_ms + _ms_since(began), time.perf_counter()
            found, shown = self._look(picture, manifest)
            faces_ms += _ms_since(began)
        places = heatmaps.places(picture, found[: len(shown)], manifest.crop_margin)
        found = [face.scaled(picture.reduction) for face in found]
        began = time.perf_counter()
        origin = examine(data, picture.format, name, self._anchors)
        times = (queue_ms, decode_ms, faces_ms, _ms_since(began))
        return _Prepared(picture, found, shown, places, origin, *times)

    def _look(self, picture: Picture, manifest: Manifest) -> tuple[list[Face], Pixels]:
        margin, side, alone = manifest.crop_margin, manifest.input_side, self._under_way == 1
        return faces.look(picture.pixels, self._finder, margin, side, alone)


async def _score(
    serving: _Serving, it: _Prepared, explain: bool
) -> tuple[Scores, list[Heatmap] | None, Scored]:
    """The scores, float32 ``[n]``, of what the network is shown, and its heatmaps if wanted."""
    if not explain:
        scored = await serving.batcher.score(it.shown)
        return scored.answers, None, scored
    scored = await serving.explainer.score(it.shown)
    maps = heatmaps.encode(scored.answers["heatmap"], it.places)
    return scored.answers["fake_probability"], maps, scored


def _large_enough(found: list[Face], manifest: Manifest) -> bool:
    """Whether what is cut out is still shrunk well, so that a reduced picture shows the same."""
    around = 1 + 2 * (manifest.crop_margin or 0)
    least = LEAST_SHRINKING * manifest.input_side
    return all(max(face.width, face.height) * around >= least for face in found)


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
