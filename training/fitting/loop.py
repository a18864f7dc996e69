"""The epochs of a training, alike for one device and for many.

``Model.fit`` of Keras 3 does not run under ``MultiWorkerMirroredStrategy`` (keras issue 20585), and
takes a batch for the mean of its shares, which is wrong where they differ in length. This asks the
model for its loss, its metrics and its optimizer as ``fit`` does, and the same callbacks listen; on
one device it comes to the same weights, bit by bit. (A network with two outputs also has a loss of
each in its history: that remains Keras's, a mean over shares, whatever their lengths.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from training.fitting.team import Team

SUM = tf.distribute.ReduceOp.SUM

Logs = dict[str, float]


@dataclass(frozen=True, slots=True)
class Passes:
    """This process's shares of some batches, over and over; ``steps`` batches are one pass."""

    shares: tf.data.Dataset
    steps: int

    def begin(self, strategy: tf.distribute.Strategy) -> Any:
        """An endless iterator over what each device is given."""
        endless = self.shares.repeat()  # or, not knowing its end, all would ask all at each step
        return iter(strategy.distribute_datasets_from_function(lambda _: endless))


def fit(
    model: keras.Model,
    team: Team,
    train: Passes,
    valid: Passes,
    epochs: range,
    seed: int,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    """Train ``model``, which was made in the scope of the team's strategy, and validate each epoch.

    Each process calls this; only the chief's has ``callbacks``, and what it decides holds for all.
    ``seed``, the epoch and the device alone decide what dropout leaves out.
    """
    listening = keras.callbacks.CallbackList(
        callbacks,
        add_progbar=team.is_chief,
        model=model,
        verbose=1,
        epochs=epochs.stop,
        steps=train.steps,
    )
    with team.strategy.scope():  # else the first step would make the metrics, for one device alone
        model._symbolic_build(data_batch=next(iter(valid.shares)))
    draw = _dropout(model, team)
    learn, judge = (_on_all_devices(step, model, team) for step in (_learn, _judge))
    shown, asked = train.begin(team.strategy), valid.begin(team.strategy)
    model.stop_training = False
    listening.on_train_begin()
    logs: Logs = {}
    for epoch in epochs:
        model.reset_metrics()
        draw((seed, epoch))
        listening.on_epoch_begin(epoch)
        for step in range(train.steps):
            listening.on_train_batch_begin(step)
            listening.on_train_batch_end(step, {"loss": float(learn(shown))})
        logs = _results(model)
        model.reset_metrics()
        for _ in range(valid.steps):
            judge(asked)
        logs |= {f"val_{name}": value for name, value in _results(model).items()}
        listening.on_epoch_end(epoch, logs)
        if team.tell("stop" if model.stop_training else ""):
            break
    listening.on_train_end(logs)


def _results(model: keras.Model) -> Logs:
    """The metrics since they were reset, over the shares of all."""
    return {name: float(value) for name, value in model.get_metrics_result().items()}


def _on_all_devices(
    step: Callable[[keras.Model, Any], tf.Tensor], model: keras.Model, team: Team
) -> Callable[[Any], tf.Tensor]:
    """``step`` with the next share for each device; gives what it gives on the first of them."""

    def run(shares: Any) -> tf.Tensor:
        given = team.strategy.run(step, args=(model, shares.get_next()))
        return team.strategy.experimental_local_results(given)[0]

    compiled: Callable[[Any], tf.Tensor] = tf.function(run, reduce_retracing=True, autograph=False)
    return compiled


def _dropout(model: keras.Model, team: Team) -> Callable[[tuple[int, int]], None]:
    """What makes the layers that draw at random begin anew; Keras does not save where they were."""
    layers = [variable for variable in model.variables if variable.name == "seed_generator_state"]
    devices = team.strategy.num_replicas_in_sync

    def assign(states: tf.Tensor) -> None:
        device = tf.distribute.get_replica_context().replica_id_in_sync_group
        for layer, state in zip(layers, tf.unstack(states[device]), strict=True):
            layer.assign(state)

    assign_all = tf.function(
        lambda states: team.strategy.run(assign, args=(states,)), autograph=False
    )

    def draw(seed: tuple[int, int]) -> None:
        shape = (devices, len(layers), 2)
        assign_all(tf.constant(np.random.default_rng(seed).integers(1 << 31, size=shape)))

    return draw


def _learn(model: keras.Model, share: Any) -> tf.Tensor:
    """One device's part of a step; the mean loss of the batch so far as its share tells."""
    images, labels = share
    context = tf.distribute.get_replica_context()
    devices = context.num_replicas_in_sync
    count = tf.cast(tf.shape(images)[0], tf.float32)
    weight = count / context.all_reduce(SUM, count)
    with tf.GradientTape() as tape:
        predicted = model(images, training=True)
        loss = devices * model.compute_loss(images, labels, predicted)  # Keras gives a part of it
        part = weight * loss
    weights = model.trainable_weights
    gradients = _unclipped(model.optimizer, tape.gradient(part, weights))
    model.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    _loss_of(model).update_state(loss, sample_weight=count)
    model.compute_metrics(images, labels, predicted)
    return loss


def _judge(model: keras.Model, share: Any) -> tf.Tensor:
    """One device's part of a step of validation."""
    return model.test_step(share)["loss"]


def _unclipped(optimizer: keras.Optimizer, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
    """What makes the optimizer, which clips each device's gradients before it adds them up, clip
    their sum.
    """
    context = tf.distribute.get_replica_context()
    devices = context.num_replicas_in_sync
    if optimizer.clipnorm is None or devices == 1:
        return gradients
    total = context.all_reduce(SUM, gradients)
    return [tf.clip_by_norm(gradient, optimizer.clipnorm) / devices for gradient in total]


def _loss_of(model: keras.Model) -> keras.metrics.Metric:
    return next(metric for metric in model.metrics if metric.name == "loss")
