"""A tiny training with all that makes several devices hard, by ``loop.fit``.

    python -m tests.training.toy_training OUT

Two outputs, clipped gradients, weight decay, a constraint, and batches of 5, 5 and 1. The weights
and the history go to OUT, an ``.npz`` file, with the number of devices.
"""

import sys
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from training.data.share import Shares
from training.fitting import loop
from training.fitting.team import Team, assemble

NAMES = ("loss", "fake_accuracy", "val_loss", "val_fake_accuracy")
COUNT, BATCH, STEPS, EPOCHS, SEED = 11, 5, 3, 3, 4


def network(dropout: float = 0.0) -> keras.Model:
    keras.utils.set_random_seed(SEED)
    given = keras.Input((4,))
    hidden = keras.layers.Dense(6, "gelu", kernel_constraint="non_neg")(given)
    hidden = keras.layers.Dropout(dropout)(hidden)
    fake = keras.layers.Dense(1, "sigmoid", name="fake")(hidden)
    where = keras.layers.Dense(2, name="where")(hidden)
    model = keras.Model(given, [fake, where])
    model.compile(
        keras.optimizers.AdamW(0.1, weight_decay=0.1, clipnorm=0.01),
        ["binary_crossentropy", "mse"],
        metrics=[["accuracy"], []],
    )
    model.optimizer.build(model.trainable_variables)
    return model


def batches(shares: Shares | None = None) -> tf.data.Dataset:
    """An epoch; of each batch the parts that are ``shares``, or all of it."""
    generator = np.random.default_rng(SEED)
    given = generator.normal(size=(COUNT, 4)).astype(np.float32)
    fake = (given[:, 0] > 0).astype(np.float32)
    where = 3 * given[:, :2]
    parts = [
        (begin + first, begin + last)
        for begin in range(0, COUNT, BATCH)
        for first, last in (shares or Shares()).parts(min(BATCH, COUNT - begin))
    ]

    def part(bounds: tf.Tensor) -> Any:
        chosen = slice(bounds[0], bounds[1])
        return tf.constant(given)[chosen], (tf.constant(fake)[chosen], tf.constant(where)[chosen])

    return tf.data.Dataset.from_tensor_slices(parts).map(part)


def fit(
    model: keras.Model,
    team: Team,
    epochs: range = range(EPOCHS),
    callbacks: list[keras.callbacks.Callback] | None = None,
) -> list[dict[str, float]]:
    """Train; the history, a row an epoch."""
    rows: list[dict[str, float]] = []
    noted = keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: rows.append(dict(logs)))
    passes = loop.Passes(batches(team.shares), STEPS)
    loop.fit(model, team, passes, passes, epochs, SEED, [noted, *(callbacks or [])])
    return rows


if __name__ == "__main__":
    team = assemble()
    with team.strategy.scope():
        model = network()
    rows = fit(model, team)
    weights = {f"weight{number}": array for number, array in enumerate(model.get_weights())}
    history = [[row[name] for name in NAMES] for row in rows]
    devices = team.strategy.num_replicas_in_sync
    np.savez(sys.argv[1], history=history, devices=devices, **weights)
