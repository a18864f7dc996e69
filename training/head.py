"""A head on a pretrained backbone learns on its own, from what the backbone sees.

Fine-tuning can distort what a backbone knows and does worse on what was never shown (Kumar et al.
2022, "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", arXiv
2202.10054); and a head learns from many passes over what was seen once, which cost next to nothing.
"""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

BATCH_SIZE = 128
EPOCHS = 15
LEARNING_RATE = 5e-4
MAPS = 8  # batches; enough for the mean and deviation of a channel


def teach_head(model: keras.Model, batches: tf.data.Dataset) -> None:
    """Fit what leads from the layer ``texture`` to ``opinion``, then freeze it.

    ``batches`` are finite: uint8 images ``[b, h, w, 3]`` and float32 labels ``[b]``. The backbone
    is applied once to each image. Also standardizes what the layer ``moments`` gives.
    """
    moments, _ = _seen(model, "moments", batches.take(MAPS))
    model.get_layer("standardized_moments").adapt(moments)
    texture, labels = _seen(model, "texture", batches)
    model.get_layer("standardized_texture").adapt(texture)
    opinion = keras.ops.sigmoid(model.get_layer("opinion").output)
    head = keras.Model(model.get_layer("texture").output, opinion)
    steps = EPOCHS * -(-len(labels) // BATCH_SIZE)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    head.compile(keras.optimizers.AdamW(schedule, weight_decay=0.01), "binary_crossentropy")
    head.fit(texture, labels, BATCH_SIZE, EPOCHS, verbose=2)
    head.trainable = False


def _seen(
    model: keras.Model, layer: str, batches: tf.data.Dataset
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a layer gives of all images, and their labels."""
    below = tf.function(keras.Model(model.input, model.get_layer(layer).output))
    seen = [(below(images, training=False).numpy(), labels.numpy()) for images, labels in batches]
    outputs, labels = (np.concatenate(part) for part in zip(*seen, strict=True))
    return outputs, labels
