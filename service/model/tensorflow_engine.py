"""TensorFlow as the engine: on a GPU if there is one, else with a core for each call."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from service.errors import ArtifactError
from service.model.engine import OUTPUTS, Engine, Outputs
from service.model.manifest import Manifest
from service.model.silence import no_stderr
from service.model.uncollected import uncollected
from service.pictures.imaging import Pixels

OLDER_KERAS = "TF_USE_LEGACY_KERAS"  # TensorFlow's own variable


@contextmanager
def _loading_tensorflow() -> Iterator[None]:
    """Let it load in silence, without Keras, and where no temporary folder can be written.

    It would import Keras, which serving does not need and which doubles the time, unless it is told
    that the older one is used, which it then does not find. A module that it imports asks for the
    temporary folder's name, which Python tells only after a trial write.
    """
    tempdir, tempfile.tempdir = tempfile.tempdir, os.curdir
    before = os.environ.get(OLDER_KERAS)
    os.environ[OLDER_KERAS] = "1"
    try:
        with no_stderr(), uncollected():
            yield
    finally:
        tempfile.tempdir = tempdir
        os.environ.pop(OLDER_KERAS)
        if before is not None:
            os.environ[OLDER_KERAS] = before


with _loading_tensorflow():
    import tensorflow as tf

    # Calls run side by side, a core each: together they do more than one call on all cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.list_logical_devices()

PART = 4  # images in one call on a core: the maps of more do not fit its cache


def load(folder: Path, manifest: Manifest, max_batch: int, cores: int) -> Engine:
    """The graph in ``folder``, for up to ``max_batch`` images in a call on a GPU.

    Raises:
        ArtifactError: it is damaged, or does not fit ``manifest``.
    """
    saved_model = _read(folder)
    _verify(folder, saved_model, manifest)
    on_gpu = bool(tf.config.list_physical_devices("GPU"))
    return Engine(
        score=partial(_call, saved_model, "serving_default"),
        explain=partial(_call, saved_model, "explain"),
        sizes=_sizes(max_batch) if on_gpu else range(1, PART + 1),
        workers=1 if on_gpu else cores,
    )


def _call(saved_model: Any, name: str, images: Pixels) -> Outputs:
    """The model is passed along, not only its signature, since it alone keeps the variables."""
    outputs = saved_model.signatures[name](image=tf.constant(images))
    return {name: output.numpy() for name, output in outputs.items()}


def _sizes(most: int) -> list[int]:
    """Powers of two, up to ``most`` and with it."""
    return sorted({*(2**n for n in range(most.bit_length())), most})


def _read(folder: Path) -> Any:
    try:
        with uncollected():
            return tf.saved_model.load(str(folder))
    except Exception as error:  # TensorFlow raises many kinds on a damaged graph
        reason = str(error).splitlines()[0]
        raise ArtifactError(f"{folder}: TensorFlow cannot load it: {reason}") from error


def _verify(folder: Path, saved_model: Any, manifest: Manifest) -> None:
    expected = tf.TensorSpec((None, *manifest.input_shape), tf.uint8, "image")
    for name, outputs in OUTPUTS.items():
        function = saved_model.signatures.get(name)
        if function is None:
            raise ArtifactError(f"{folder}: has no signature {name}")
        given = function.structured_input_signature[1]
        if given != {"image": expected} or set(function.structured_outputs) != outputs:
            raise ArtifactError(f"{folder}: the signature {name} does not fit model.json")
