"""Training of one network, resumable after each epoch.

    python -m training train --data DIR
    python -m training train --data DIR --resume runs/20260101-120000-baseline_cnn

The same data, seed and machine give the same weights, interrupted or not.
"""

from dataclasses import replace
from pathlib import Path

import keras
import tensorflow as tf

from training import calibrate, plots
from training.architectures import ARCHITECTURES
from training.callbacks import epoch_callbacks
from training.console import console
from training.dataset import ordered_batches, training_batches
from training.errors import RunError
from training.pixels import Pixels, load_split
from training.run import RUNS, Run, RunConfig

BATCH_SIZE = 64
EPOCHS = 30  # an upper bound: early stopping ends most runs before it
PATIENCE = 4  # epochs without a lower validation loss


def start(data: Path, architecture: str, epochs: int, seed: int) -> Run:
    """Create a run's folder and train it to its end."""
    model = _build(architecture, seed)
    train = load_split(data, "train", model.input_shape[1])
    config = RunConfig(architecture, epochs, seed, BATCH_SIZE, str(data), train.fingerprint)
    run = Run.create(RUNS, config)
    _fit(run, model, train, data)
    return run


def resume(folder: Path, data: Path, epochs: int | None) -> Run:
    """Go on with the run in ``folder`` from its last finished epoch; ``epochs`` may extend it.

    Raises:
        RunError: the data is not what the run began with.
    """
    run = Run.open(folder)
    if epochs is not None:
        run = replace(run, config=replace(run.config, epochs=epochs))
    model = _build(run.config.architecture, run.config.seed)
    if run.last.exists():
        model = keras.models.load_model(run.last)
    train = load_split(data, "train", model.input_shape[1])
    if train.fingerprint != run.config.data_fingerprint:
        raise RunError(f"{data}: not the pictures that {folder} was begun with")
    _fit(run, model, train, data)
    return run


def _build(architecture: str, seed: int) -> keras.Model:
    if architecture not in ARCHITECTURES:
        raise RunError(
            f"{architecture}: no such architecture; there are {', '.join(ARCHITECTURES)}"
        )
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    return ARCHITECTURES[architecture]()


def _fit(run: Run, model: keras.Model, train: Pixels, data: Path) -> None:
    console.print(f"run: {run.folder}")
    valid = load_split(data, "valid", model.input_shape[1])
    config = run.config
    steps = -(-len(train.labels) // config.batch_size)
    finished = int(model.optimizer.iterations) // steps
    _keep_rows(run, finished)
    run.forget_results()
    model.fit(
        training_batches(train, config.batch_size, config.seed, first_epoch=finished),
        steps_per_epoch=steps,
        initial_epoch=finished,
        epochs=finished if _out_of_patience(run) else config.epochs,
        validation_data=ordered_batches(valid, config.batch_size),
        callbacks=epoch_callbacks(run, PATIENCE),
        shuffle=False,
    )
    plots.history(run.read_history(), run.folder / "history.png")
    calibrate.calibrate(run, valid)


def _out_of_patience(run: Run) -> bool:
    """Whether early stopping had ended this run before; Keras would train one epoch more."""
    losses = [row["val_loss"] for row in run.read_history()]
    return bool(losses) and len(losses) - 1 - losses.index(min(losses)) >= PATIENCE


def _keep_rows(run: Run, finished: int) -> None:
    """Drop the row of an epoch whose checkpoint did not reach the disk: it is trained again."""
    if len(run.read_history()) > finished:
        lines = run.history.read_text().splitlines(keepends=True)
        run.history.write_text("".join(lines[: 1 + finished]))
