"""Weights that PyTorch saved, read without it."""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from training.errors import RunError

MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {"torch.FloatStorage": "<f4", "torch.LongStorage": "<i8"}

Storage = tuple[str, str, str]  # type, key, device
Floats = NDArray[np.float32]


def read_checkpoint(path: Path) -> dict[str, Floats]:
    """Tensors by name, in their order, of a file that ``torch.save`` wrote before version 1.6.

    It is three pickled facts about the format, the pickled tensors, which refer to storages by
    key, and the storages. Nothing but tensors in an ordered dictionary is unpickled.

    Raises:
        RunError: it is no such file.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, ValueError, TypeError, KeyError, EOFError, pickle.UnpicklingError) as error:
        raise RunError(f"{path}: no weights that PyTorch saved: {error}") from error


def _read(file: BinaryIO) -> dict[str, Floats]:
    if _Tensors(file).load() != MAGIC:
        raise ValueError("it begins otherwise")
    for _ in range(2):
        _Tensors(file).load()
    tensors = _Tensors(file).load()
    types = {storage[1]: TYPES[storage[0]] for storage, *_ in tensors.values()}
    stored = {}
    for key in _Tensors(file).load():
        (count,) = np.frombuffer(file.read(8), "<i8")
        kind = np.dtype(types[key])
        stored[key] = np.frombuffer(file.read(int(count) * kind.itemsize), kind)
    return {
        name: _strided(stored[storage[1]], *layout) for name, (storage, *layout) in tensors.items()
    }


def _strided(
    values: Floats, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> Floats:
    view = np.lib.stride_tricks.as_strided(
        values[offset:], shape, [step * values.itemsize for step in strides], writeable=False
    )
    return np.array(view)


class _Tensors(pickle.Unpickler):
    """Takes tensors apart and refuses to make anything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: (storage, offset, shape, strides)
        if module == "torch" and f"torch.{name}" in TYPES:
            return f"torch.{name}"
        raise pickle.UnpicklingError(f"it holds a {module}.{name}")

    def persistent_load(self, pid: Any) -> Storage:
        _, kind, key, device, *_ = pid
        return str(kind), str(key), str(device)
