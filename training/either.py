"""Two detectors as one: a picture is fake if either says so (the noisy or, Pearl 1988)."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("training")
class Either(layers.Layer):
    """The logit of 1 - (1 - p)(1 - q) for the logits ``[b, 1]`` of p and q.

    In training it is the second's alone, so that it does not lean on the first.
    """

    def call(
        self, one: keras.KerasTensor, other: keras.KerasTensor, training: bool | None = None
    ) -> keras.KerasTensor:
        """The odds of either are those of each, and their product."""
        if training:
            return other
        return ops.logaddexp(ops.logaddexp(one, other), one + other)
