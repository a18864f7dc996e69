"""What an artifact computes: uint8 pixels to a calibrated probability, and to a heatmap."""

import keras
import tensorflow as tf

from training.fitting.calibrate import Calibration


class Signatures:
    """A trained network and its calibration, as the functions that the artifact's graph holds."""

    def __init__(self, model: keras.Model, calibration: Calibration) -> None:
        self.side: int = model.input_shape[1]
        self.network = keras.Model(
            model.input, [model.get_layer("features").output, model.get_layer("logit").output]
        )
        self._calibration = calibration

    @property
    def input_spec(self) -> tf.TensorSpec:
        """``image``: uint8 RGB ``[batch, side, side, 3]``."""
        return tf.TensorSpec((None, self.side, self.side, 3), tf.uint8, "image")

    def serving_default(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """``fake_probability`` float32 ``[batch]`` in 0..1, calibrated."""
        _, logit = self.network(image, training=False)
        return {"fake_probability": self._probability(logit)}

    def explain(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """``fake_probability`` and ``heatmap`` float32 ``[batch, h, w]`` in 0..1.

        Grad-CAM (Selvaraju et al. 2017) of the fake logit on the last spatial maps, but cut at
        its mean, not at zero: some places are more suspicious than others even where each speaks
        for real. Its maximum is ``fake_probability``, so that what is likely real stays dark, or 0
        where all places are alike. Both come from one forward pass.
        """
        with tf.GradientTape() as tape:
            features, logit = self.network(image, training=False)
        weights = tf.reduce_mean(tape.gradient(logit, features), axis=(1, 2), keepdims=True)
        evidence = tf.reduce_sum(weights * features, axis=-1)
        excess = tf.nn.relu(evidence - tf.reduce_mean(evidence, axis=(1, 2), keepdims=True))
        highest = tf.reduce_max(excess, axis=(1, 2), keepdims=True)
        probability = self._probability(logit)
        return {
            "fake_probability": probability,
            "heatmap": tf.math.divide_no_nan(excess, highest) * probability[:, None, None],
        }

    def _probability(self, logit: tf.Tensor) -> tf.Tensor:
        scaled = logit / self._calibration.temperature + self._calibration.bias
        return tf.sigmoid(tf.squeeze(scaled, axis=-1))
