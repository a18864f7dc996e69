"""What runs an artifact's graph: TensorFlow or, where that is not installed, OpenVINO."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.model.manifest import Manifest
from service.pictures.imaging import Pixels

Outputs = dict[str, NDArray[np.float32]]
Signature = Callable[[Pixels], Outputs]
# By signature, what it gives of the input `image`.
OUTPUTS = {"serving_default": {"fake_probability"}, "explain": {"fake_probability", "heatmap"}}


@dataclass(frozen=True, slots=True)
class Engine:
    """The two signatures of one artifact, each for images uint8 ``[n, side, side, 3]``.

    They are called with as many images as ``sizes`` names, from small to large, and gain by as
    many calls side by side as there are ``workers``; more are allowed.
    """

    score: Signature
    explain: Signature
    sizes: Sequence[int]
    workers: int


# Takes a version folder, what it says of itself, the largest batch, and the cores to use.
Loader = Callable[[Path, Manifest, int, int], Engine]


def installed() -> Loader:
    """What loads an artifact with the engine that is installed, the larger one if both are."""
    if find_spec("tensorflow"):
        from service.model.tensorflow_engine import load

        return load
    from service.model.openvino_engine import load as load_openvino

    return load_openvino
