"""A head on a pretrained backbone learns on its own, from what the backbone sees.

Fine-tuning can distort what a backbone knows and does worse on what was never shown (Kumar et al.
2022, "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", arXiv
2202.10054); and a head learns from many passes over what was seen once, which cost next to nothing.
"""

from dataclasses import dataclass

import keras
import numpy as np

from training.fitting.draws import Draws


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a head learns from: epochs of ``draws``, and how often it goes over them all."""

    draws: int
    passes: int
    batch_size: int


LEARNING_RATE = 5e-4
LABEL_SMOOTHING = 0.1  # or, after so many passes, it is far too sure (Szegedy et al. 2016)
# More draws teach recognition more (validation AUC at 192 px: 0.953 of 2, 0.969 of 5), also of what
# it was never shown; inspection, which is fine-tuned, only has to begin somewhere.
LESSONS = {"recognition": Lesson(10, 12, 256), "inspection": Lesson(2, 15, 128)}
MAPS = 8  # batches; enough for the mean and deviation of a channel


def teach_heads(model: keras.Model, draws: Draws) -> None:
    """Fit what leads from ``recognition_texture`` and ``inspection_texture`` to the logits.

    The backbone is applied once to each image of the lessons' epochs. Freezes recognition; also
    standardizes what ``moments`` gives. All of the team look, and the chief alone, whose network is
    the one that counts, teaches.
    """
    moments = keras.Model(model.input, model.get_layer("moments").output)
    some = [moments(images).numpy() for images in draws.images(MAPS)]
    model.get_layer("standardized_moments").adapt(np.concatenate(some))
    for name, lesson in LESSONS.items():
        draws.look(model, f"{name}_texture", lesson.draws)
    if not draws.team.is_chief:
        return
    recognition, _ = (_teach(model, name, draws, lesson) for name, lesson in LESSONS.items())
    recognition.trainable = False


def _teach(model: keras.Model, name: str, draws: Draws, lesson: Lesson) -> keras.Model:
    seen = draws.seen(f"{name}_texture", lesson.draws, lesson.batch_size)
    model.get_layer(f"standardized_{name}_texture").adapt(seen.first)
    head = keras.Model(model.get_layer(f"{name}_texture").output, model.get_layer(name).output)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, lesson.passes * len(seen))
    head.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.01),
        keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=LABEL_SMOOTHING),
    )
    head.fit(seen, epochs=lesson.passes, shuffle=False, verbose=2)
    return head
