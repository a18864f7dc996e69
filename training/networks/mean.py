"""Two detectors as one: what both say, on average (an ensemble of two, Dietterich 2000)."""

import keras
from keras import layers


@keras.saving.register_keras_serializable("training")
class Mean(layers.Layer):
    """The mean of two logits ``[b, 1]``.

    In training it is the second alone, so that this does not lean on the first.
    """

    def call(
        self, one: keras.KerasTensor, other: keras.KerasTensor, training: bool | None = None
    ) -> keras.KerasTensor:
        """Of both, or the second."""
        return other if training else (one + other) / 2
