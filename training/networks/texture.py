"""Texture: how the channels of a map of features go together, wherever in the picture that is.

A generator or a blend leaves no object behind but another texture (Liu et al. 2020, "Global Texture
Enhancement for Fake Face Detection in the Wild", arXiv 2002.00133, from the style of Gatys et al.
2016).
"""

import keras
import numpy as np
from keras import layers, ops

LEAST_DEVIATION = 1e-3


@keras.saving.register_keras_serializable("training")
class Texture(layers.Layer):
    """Each channel's mean and deviation and, if asked for, the correlation of each pair.

    Maps float32 ``[b, h, w, c]`` to ``[b, 2 c]``, or to ``[b, 2 c + c (c - 1) / 2]``.
    """

    def __init__(self, correlations: bool, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.correlations = correlations

    def call(self, maps: keras.KerasTensor) -> keras.KerasTensor:
        """Describe each map."""
        mean = ops.mean(maps, axis=(1, 2), keepdims=True)
        deviation = ops.std(maps, axis=(1, 2), keepdims=True) + LEAST_DEVIATION
        parts = [mean[:, 0, 0], deviation[:, 0, 0]]
        if self.correlations:
            parts.append(self._correlations((maps - mean) / deviation))
        return ops.concatenate(parts, axis=-1)

    def _correlations(self, z: keras.KerasTensor) -> keras.KerasTensor:
        """Of each pair of standardized channels."""
        height, width, channels = ops.shape(z)[1:]
        places = ops.cast(height * width, z.dtype)
        gram = ops.einsum("bhwc,bhwd->bcd", z, z) / places
        rows, columns = np.triu_indices(channels, 1)
        flat = ops.reshape(gram, (-1, channels * channels))
        return ops.take(flat, rows * channels + columns, axis=1)

    def get_config(self) -> dict[str, object]:
        """How to make it anew."""
        return {**super().get_config(), "correlations": self.correlations}
