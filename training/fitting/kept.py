"""Arrays that are made once and kept on disk, whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def kept(path: Path, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """What is kept at ``path``, which ends in ``.npy``, mapped from disk; made if it is not there.

    It is written beside its place and renamed into it, so that an interrupt leaves no part of it.
    """
    if not path.exists():
        writing = path.with_suffix(".writing.npy")
        np.save(writing, make())
        writing.replace(path)
    array: NDArray[Any] = np.load(path, "r")
    return array
