"""A new head on a pretrained backbone learns first, alone, on what the backbone sees.

Fine-tuned together at once, a head that knows nothing yet would lead astray a backbone that knows
much (Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features and Underperform
Out-of-Distribution", arXiv 2202.10054).
"""

import keras
import numpy as np
import tensorflow as tf

BATCH_SIZE = 128
EPOCHS = 15
LEARNING_RATE = 1e-3


def teach_head(model: keras.Model, batches: tf.data.Dataset) -> None:
    """Fit all that comes after the layer ``texture``; the backbone is applied once to each image.

    ``batches`` are finite: uint8 images ``[b, h, w, 3]`` and float32 labels ``[b]``.
    """
    backbone = keras.Model(model.input, model.get_layer("texture").output)
    seen = [(backbone(images, training=False), labels) for images, labels in batches]
    features, labels = (np.concatenate(part) for part in zip(*seen, strict=True))
    model.get_layer("standardized").adapt(features)
    head = keras.Model(backbone.output, model.output)
    steps = EPOCHS * -(-len(labels) // BATCH_SIZE)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    head.compile(keras.optimizers.AdamW(schedule, weight_decay=0.01), "binary_crossentropy")
    head.fit(features, labels, BATCH_SIZE, EPOCHS, verbose=2)
