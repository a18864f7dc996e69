"""The artifact: a SavedModel and its model.json, found, verified, loaded, warmed, called."""

import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service import metrics
from service.errors import ArtifactError
from service.model.batching import MAX_BATCH
from service.model.cores import available_cores
from service.model.engine import Outputs, Signature, installed
from service.model.manifest import Manifest, newest
from service.model.own import OwnThresholds, describe
from service.pictures.imaging import Pixels

load_engine = installed()  # at once: whether there is one is asked where extras are


class Model:
    """One loaded version of the detector; safe to call from several threads."""

    def __init__(
        self,
        folder: Path,
        max_batch: int = MAX_BATCH,
        cores: int | None = None,
        own: OwnThresholds | None = None,
    ) -> None:
        """Load, verify and warm up the version folder ``folder``.

        As many calls run side by side as there are ``cores``, by default all that the process is
        given. The graph is only ever given as many images as a core is good for at a time, or up
        to ``max_batch`` on a GPU: each size is prepared for once, here. Its scores are to be
        judged by the operator's ``own`` thresholds, if there are any.

        Raises:
            ArtifactError: it is missing, damaged, or does not fit its model.json.
            ThresholdsError: ``own`` was made with other weights.
        """
        self.own = own
        self.manifest = describe(folder, own)
        _verify_place(folder, self.manifest)
        _verify_weights(folder, self.manifest)
        cores = cores or available_cores()
        self._engine = load_engine(folder, self.manifest, max_batch, cores)
        self._shapes: set[tuple[int, ...]] = set()
        self._pool = ThreadPoolExecutor(cores, "model")
        for size in self._engine.sizes:
            images = np.zeros((size, *self.manifest.input_shape), np.uint8)
            self._padded(self._engine.score, images)
        self.explain(np.zeros((1, *self.manifest.input_shape), np.uint8))

    @classmethod
    def latest(
        cls,
        root: Path,
        max_batch: int = MAX_BATCH,
        cores: int | None = None,
        own: OwnThresholds | None = None,
    ) -> "Model":
        """Load the highest version in ``root``.

        Raises:
            ArtifactError: there is none, or it is broken.
            ThresholdsError: ``own`` was made with other weights.
        """
        return cls(newest(root), max_batch, cores, own)

    def score(self, images: Pixels) -> NDArray[np.float32]:
        """Probability of fake, float32 ``[n]`` in 0..1, for uint8 RGB ``[n, side, side, 3]``."""
        parts = self._call(self._engine.score, images)
        return np.concatenate([it["fake_probability"] for it in parts])

    def explain(self, images: Pixels) -> NDArray[np.void]:
        """The same and where it comes from, in one pass: ``[n]`` with two fields.

        ``fake_probability`` is float32 in 0..1; ``heatmap`` float32 ``[h, w]`` in 0..1, as many
        cells as the network's last maps have, laid over the whole of an image.
        """
        return np.concatenate([_joined(it) for it in self._call(self._engine.explain, images)])

    def _call(self, signature: Signature, images: Pixels) -> list[Outputs]:
        """What ``signature`` gives of ``images``, in parts that are worked on at the same time."""
        workers = min(self._engine.workers, len(images))
        count = max(workers, math.ceil(len(images) / self._engine.sizes[-1]))
        return list(self._pool.map(partial(self._padded, signature), np.array_split(images, count)))

    def _padded(self, signature: Signature, images: Pixels) -> Outputs:
        size = next(size for size in self._engine.sizes if size >= len(images))
        padded = np.zeros((size, *images.shape[1:]), np.uint8)
        padded[: len(images)] = images
        self._shapes.add(padded.shape)
        metrics.MODEL_SHAPES.set(len(self._shapes))
        return {name: output[: len(images)] for name, output in signature(padded).items()}


def _joined(outputs: Outputs) -> NDArray[np.void]:
    """Arrays ``[n, ...]`` as one array ``[n]`` of records, which can be cut as one."""
    fields = [(name, array.dtype, array.shape[1:]) for name, array in outputs.items()]
    joined = np.zeros(len(outputs["fake_probability"]), fields)
    for name, array in outputs.items():
        joined[name] = array
    return joined


def _verify_place(folder: Path, manifest: Manifest) -> None:
    """The folder above may be called anything: a release, a volume, a link to either."""
    if folder.name != str(manifest.version):
        stated = f"{manifest.name}/{manifest.version}"
        raise ArtifactError(f"{folder}: its model.json is of another artifact, {stated}")


def _verify_weights(folder: Path, manifest: Manifest) -> None:
    weights = folder / "variables" / "variables.data-00000-of-00001"
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArtifactError(f"{weights}: {error.strerror}") from error
    if digest != manifest.weights_sha256:
        raise ArtifactError(f"{weights}: the weights are not those that model.json names")
