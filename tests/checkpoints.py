"""Writes weights as PyTorch did before version 1.6, without it."""

import io
import pickle
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from training.networks.checkpoints import MAGIC


class FloatStorage:
    """Stands for the class of that name."""


def _rebuild_tensor_v2(*_: Any) -> None:
    """Stands for the function of that name."""


class _Tensor:
    def __init__(self, array: NDArray[np.float32], key: str) -> None:
        self.array, self.key = array, key

    def __reduce__(self) -> tuple[Any, ...]:
        layout = (0, self.array.shape, tuple(step // 4 for step in self.array.strides))
        return _rebuild_tensor_v2, (("storage", self), *layout, False, OrderedDict())


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, tuple) and obj[:1] == ("storage",):
            tensor = obj[1]
            return ("storage", FloatStorage, tensor.key, "cpu", tensor.array.size, None)
        return None


def write_checkpoint(path: Path, arrays: dict[str, NDArray[np.float32]]) -> None:
    """Write float32 arrays by name, transposed ones as such; their order is kept."""
    tensors = OrderedDict(
        (name, _Tensor(array, str(number))) for number, (name, array) in enumerate(arrays.items())
    )
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    for module, member in ((torch, FloatStorage), (utils, _rebuild_tensor_v2)):
        member.__module__ = module.__name__
        setattr(module, member.__name__, member)
    content = io.BytesIO()
    with mock.patch.dict(sys.modules, {"torch": torch, "torch._utils": utils}):
        for part in (MAGIC, 1001, {"little_endian": True}, tensors):
            _Pickler(content, protocol=2).dump(part)
    pickle.dump([tensor.key for tensor in tensors.values()], content, protocol=2)
    for tensor in tensors.values():
        content.write(np.int64(tensor.array.size).tobytes() + tensor.array.tobytes("A"))
    path.write_bytes(content.getvalue())


def save_as_pytorch(model: keras.Model, path: Path) -> None:
    """The weights of convolutions and batch normalisations in PyTorch's layout and order."""
    arrays: dict[str, NDArray[np.float32]] = {}
    for number, layer in enumerate(layer for layer in model.layers if layer.weights):
        arrays |= {f"{number}.{name}": array for name, array in _as_pytorch(layer).items()}
    write_checkpoint(path, arrays)


def _as_pytorch(layer: layers.Layer) -> dict[str, NDArray[np.float32]]:
    if isinstance(layer, layers.BatchNormalization):
        names = ("weight", "bias", "running_mean", "running_var")
        tensors = dict(zip(names, layer.get_weights(), strict=True))
        return tensors | {"num_batches_tracked": np.zeros(1, np.float32)}
    order = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (3, 2, 0, 1)
    return {"weight": np.ascontiguousarray(layer.get_weights()[0].transpose(order))}
