"""A head on a pretrained backbone learns on its own, from what the backbone sees.

Fine-tuning can distort what a backbone knows and does worse on what was never shown (Kumar et al.
2022, "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", arXiv
2202.10054); and a head learns from many passes over what was seen once, which cost next to nothing.
"""

import shutil
from pathlib import Path

import keras
import numpy as np

from training.draws import Draws, Floats, Halves, seen

BATCH_SIZE = 128
EPOCHS = 15
LEARNING_RATE = 5e-4
LABEL_SMOOTHING = 0.1  # or, after so many passes, it is far too sure (Szegedy et al. 2016)
# Epochs of draws that each head learns from. More of them teach recognition more (validation AUC at
# 192 px: 0.953 of 2, 0.969 of 5); inspection, which is fine-tuned, only has to begin somewhere.
DRAWS = {"recognition": 10, "inspection": 2}
MAPS = 8  # batches; enough for the mean and deviation of a channel


def teach_heads(model: keras.Model, draws: Draws, folder: Path) -> None:
    """Fit what leads from ``recognition_texture`` and ``inspection_texture`` to the logits.

    The backbone is applied once to each image of ``DRAWS`` epochs; what it says is kept in
    ``folder`` until the heads are taught. Freezes recognition; also standardizes what ``moments``
    gives. All of the team look, and the chief alone, whose network is the one that counts, teaches.
    """
    moments = keras.Model(model.input, model.get_layer("moments").output)
    some = [moments(images).numpy() for images, _ in draws.batches(0).take(MAPS)]
    model.get_layer("standardized_moments").adapt(np.concatenate(some))
    for name, epochs in DRAWS.items():
        draws.look(model, f"{name}_texture", epochs, folder)
    if not draws.team.is_chief:
        return
    recognition, _ = (
        _teach(model, name, *seen(f"{name}_texture", epochs, folder), epochs)
        for name, epochs in DRAWS.items()
    )
    recognition.trainable = False
    shutil.rmtree(folder)


def _teach(
    model: keras.Model, name: str, texture: Halves, labels: Floats, epochs: int
) -> keras.Model:
    standardized = model.get_layer(f"standardized_{name}_texture")
    standardized.adapt(texture[: len(texture) // epochs].astype(np.float32))
    head = keras.Model(model.get_layer(f"{name}_texture").output, model.get_layer(name).output)
    steps = EPOCHS * -(-len(labels) // BATCH_SIZE)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    head.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.01),
        keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=LABEL_SMOOTHING),
    )
    head.fit(texture, labels, BATCH_SIZE, EPOCHS, verbose=2)
    return head
