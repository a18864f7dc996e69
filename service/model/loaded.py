"""The artifact: a SavedModel and its model.json, found, verified, loaded, warmed, called."""

import hashlib
import math
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service import metrics
from service.errors import ArtifactError
from service.model.batching import MAX_BATCH
from service.model.cores import available_cores
from service.model.manifest import Manifest, newest
from service.model.own import OwnThresholds, describe
from service.model.silence import no_stderr
from service.pictures.imaging import Pixels

Outputs = dict[str, NDArray[np.float32]]


@contextmanager
def _loading_tensorflow() -> Iterator[None]:
    """Let it load in silence, and where no temporary folder can be written.

    A module that it imports asks for the temporary folder's name, which Python tells only after a
    trial write.
    """
    tempdir, tempfile.tempdir = tempfile.tempdir, os.curdir
    try:
        with no_stderr():
            yield
    finally:
        tempfile.tempdir = tempdir


with _loading_tensorflow():
    import tensorflow as tf

    # Calls run side by side, a core each: together they do more than one call on all cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.list_logical_devices()

PART = 4  # images in one call on a core: the maps of more do not fit its cache


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
        self._saved_model = _load(folder)  # keeps the variables alive
        self._score, self._explain = _signatures(folder, self._saved_model, self.manifest)
        self._shapes: set[tuple[int, ...]] = set()
        self._on_gpu = bool(tf.config.list_physical_devices("GPU"))
        self._sizes = _sizes(max_batch) if self._on_gpu else list(range(1, PART + 1))
        self._cores = cores or available_cores()
        self._pool = ThreadPoolExecutor(self._cores, "model")
        for size in self._sizes:
            self._padded(self._score, np.zeros((size, *_input_shape(self.manifest)), np.uint8))
        self.explain(np.zeros((1, *_input_shape(self.manifest)), np.uint8))

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
        return np.concatenate([it["fake_probability"] for it in self._call(self._score, images)])

    def explain(self, images: Pixels) -> NDArray[np.void]:
        """The same and where it comes from, in one pass: ``[n]`` with two fields.

        ``fake_probability`` is float32 in 0..1; ``heatmap`` float32 ``[h, w]`` in 0..1, as many
        cells as the network's last maps have, laid over the whole of an image.
        """
        return np.concatenate([_joined(it) for it in self._call(self._explain, images)])

    def _call(self, signature: Any, images: Pixels) -> list[Outputs]:
        """What ``signature`` gives of ``images``, in parts that are worked on at the same time."""
        workers = 1 if self._on_gpu else min(self._cores, len(images))
        count = max(workers, math.ceil(len(images) / self._sizes[-1]))
        return list(self._pool.map(partial(self._padded, signature), np.array_split(images, count)))

    def _padded(self, signature: Any, images: Pixels) -> Outputs:
        size = next(size for size in self._sizes if size >= len(images))
        padded = np.zeros((size, *images.shape[1:]), np.uint8)
        padded[: len(images)] = images
        self._shapes.add(padded.shape)
        metrics.MODEL_SHAPES.set(len(self._shapes))
        outputs = signature(image=tf.constant(padded))
        return {name: output.numpy()[: len(images)] for name, output in outputs.items()}


def _joined(outputs: Outputs) -> NDArray[np.void]:
    """Arrays ``[n, ...]`` as one array ``[n]`` of records, which can be cut as one."""
    fields = [(name, array.dtype, array.shape[1:]) for name, array in outputs.items()]
    joined = np.zeros(len(outputs["fake_probability"]), fields)
    for name, array in outputs.items():
        joined[name] = array
    return joined


def _sizes(most: int) -> list[int]:
    """Powers of two, up to ``most`` and with it."""
    return sorted({*(2**n for n in range(most.bit_length())), most})


def _input_shape(manifest: Manifest) -> tuple[int, int, int]:
    return (manifest.input_side, manifest.input_side, 3)


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


def _load(folder: Path) -> Any:
    try:
        return tf.saved_model.load(str(folder))
    except Exception as error:  # TensorFlow raises many kinds on a damaged graph
        reason = str(error).splitlines()[0]
        raise ArtifactError(f"{folder}: TensorFlow cannot load it: {reason}") from error


def _signatures(folder: Path, saved_model: Any, manifest: Manifest) -> tuple[Any, Any]:
    expected = tf.TensorSpec((None, *_input_shape(manifest)), tf.uint8, "image")
    for name, outputs in (
        ("serving_default", {"fake_probability"}),
        ("explain", {"fake_probability", "heatmap"}),
    ):
        function = saved_model.signatures.get(name)
        if function is None:
            raise ArtifactError(f"{folder}: has no signature {name}")
        given = function.structured_input_signature[1]
        if given != {"image": expected} or set(function.structured_outputs) != outputs:
            raise ArtifactError(f"{folder}: the signature {name} does not fit model.json")
    return saved_model.signatures["serving_default"], saved_model.signatures["explain"]
