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
LABEL_SMOOTHING = 0.1  # or, after so many passes, it is far too sure (Szegedy et al. 2016)
HEADS = ("recognition", "inspection")
MAPS = 8  # batches; enough for the mean and deviation of a channel


def teach_heads(model: keras.Model, batches: tf.data.Dataset) -> None:
    """Fit what leads from ``recognition_texture`` and ``inspection_texture`` to the logits.

    ``batches`` are finite: uint8 images ``[b, h, w, 3]`` and float32 labels ``[b]``. The backbone
    is applied once to each image. Freezes recognition; also standardizes what ``moments`` gives.
    """
    moments, _ = _seen(model, ["moments"], batches.take(MAPS))
    model.get_layer("standardized_moments").adapt(moments["moments"])
    textures, labels = _seen(model, [f"{name}_texture" for name in HEADS], batches)
    recognition, _ = (_teach(model, name, textures[f"{name}_texture"], labels) for name in HEADS)
    recognition.trainable = False


def _teach(
    model: keras.Model, name: str, texture: NDArray[np.float32], labels: NDArray[np.float32]
) -> keras.Model:
    model.get_layer(f"standardized_{name}_texture").adapt(texture)
    head = keras.Model(model.get_layer(f"{name}_texture").output, model.get_layer(name).output)
    steps = EPOCHS * -(-len(labels) // BATCH_SIZE)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    head.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.01),
        keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=LABEL_SMOOTHING),
    )
    head.fit(texture, labels, BATCH_SIZE, EPOCHS, verbose=2)
    return head


def _seen(
    model: keras.Model, names: list[str], batches: tf.data.Dataset
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
    """What each of some layers gives of all images, and the labels."""
    outputs = {name: model.get_layer(name).output for name in names}
    below = tf.function(keras.Model(model.input, outputs))
    seen: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    all_labels = []
    for images, labels in batches:
        for name, output in below(images, training=False).items():
            seen[name].append(output.numpy())
        all_labels.append(labels.numpy())
    return {name: np.concatenate(parts) for name, parts in seen.items()}, np.concatenate(all_labels)
