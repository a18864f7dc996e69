"""A head on a pretrained backbone learns on its own, from what the backbone sees.

Fine-tuning that begins with an untaught head distorts what a backbone knows (Kumar et al. 2022,
"Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", arXiv
2202.10054); and a head learns from many passes over what was seen once, which cost next to nothing.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from training.fitting.draws import Draws
from training.networks.texture_network import LABEL_SMOOTHING


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a head learns from: epochs of ``draws``, and how often it goes over them all."""

    draws: int
    passes: int
    batch_size: int


LEARNING_RATE = 5e-4
LESSON = Lesson(draws=6, passes=16, batch_size=256)
MAPS = 8  # batches; enough for the mean and deviation of a channel
TEXTURE = "recognition_texture"


def teach_heads(model: keras.Model, draws: Draws) -> None:
    """Fit what leads from ``recognition_texture`` to a logit; inspection begins with the same.

    The backbone is applied once to each image of the lesson's epochs. Freezes recognition; also
    standardizes what ``moments`` gives. All of the team look, and the chief alone, whose network is
    the one that counts, teaches.
    """
    moments = keras.Model(model.input, model.get_layer("moments").output)
    some = [moments(images).numpy() for images in draws.images(MAPS)]
    model.get_layer("standardized_moments").adapt(np.concatenate(some))
    draws.look(model, TEXTURE, LESSON.draws)
    if not draws.team.is_chief:
        return
    head = head_of(model)
    teach(head, draws, LESSON)
    head.trainable = False
    _double(head, model)


def head_of(model: keras.Model) -> keras.Model:
    """What leads from ``recognition_texture`` to a logit, and is the model's own."""
    outputs = model.get_layer("recognition").output
    return keras.Model(model.get_layer(TEXTURE).output, outputs, name="head")


def new_head(model: keras.Model) -> keras.Model:
    """One like ``head_of`` a model, which is frozen once it was taught, with all of it to learn."""
    head = keras.models.clone_model(head_of(model))
    for layer in head.layers:
        layer.trainable = True
    return head


def _double(head: keras.Model, model: keras.Model) -> None:
    """Give the head of inspection the same weights."""
    for layer in head.layers:
        if layer.weights:
            double = model.get_layer(layer.name.replace("recognition", "inspection"))
            double.set_weights(layer.get_weights())
            if isinstance(double, layers.Normalization):
                double.finalize_state()


def teach(head: keras.Model, draws: Draws, lesson: Lesson) -> None:
    """Fit ``head_of`` a model on what was seen of the lesson's draws."""
    seen = draws.seen(TEXTURE, lesson.draws, lesson.batch_size)
    head.get_layer(f"standardized_{TEXTURE}").adapt(seen.first)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, lesson.passes * len(seen))
    head.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.01),
        keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=LABEL_SMOOTHING),
    )
    head.fit(seen, epochs=lesson.passes, shuffle=False, verbose=2)
