"""Two detectors as one: a picture is fake if either says so (the noisy or, Pearl 1988)."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("training")
class Either(layers.Layer):
    """The logit of 1 - (1 - p)(1 - q) for the logits ``[b, 1]`` of p and q.

    That of p is ``scale * one``; that of q is ``other_scale * other - doubt``, so that the second
    counts for little before it is sure. In training it is ``other`` alone, so that the second leans
    neither on the first nor against the doubt.
    """

    def __init__(self, scale: float, other_scale: float, doubt: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.other_scale = other_scale
        self.doubt = doubt

    def call(
        self, one: keras.KerasTensor, other: keras.KerasTensor, training: bool | None = None
    ) -> keras.KerasTensor:
        """The odds of either are those of each, and their product."""
        if training:
            return other
        p = self.scale * one
        q = self.other_scale * other - self.doubt
        return ops.logaddexp(ops.logaddexp(p, q), p + q)

    def get_config(self) -> dict[str, object]:
        """How to make it anew."""
        own = {"scale": self.scale, "other_scale": self.other_scale, "doubt": self.doubt}
        return {**super().get_config(), **own}
