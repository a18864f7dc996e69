"""What an artifact computes: uint8 pixels to a calibrated probability, and to a heatmap."""

import keras
import tensorflow as tf

from training.calibrate import Calibration


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

        Grad-CAM (Selvaraju et al. 2017) of the fake logit on the last spatial maps, scaled to a
        maximum of 1; all zero where nothing speaks for fake. Both come from one forward pass.
        """
        with tf.GradientTape() as tape:
            features, logit = self.network(image, training=False)
        weights = tf.reduce_mean(tape.gradient(logit, features), axis=(1, 2), keepdims=True)
        evidence = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))
        highest = tf.reduce_max(evidence, axis=(1, 2), keepdims=True)
        return {
            "fake_probability": self._probability(logit),
            "heatmap": tf.math.divide_no_nan(evidence, highest),
        }

    def _probability(self, logit: tf.Tensor) -> tf.Tensor:
        scaled = logit / self._calibration.temperature + self._calibration.bias
        return tf.sigmoid(tf.squeeze(scaled, axis=-1))
