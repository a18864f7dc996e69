"""Training of one network, resumable after each epoch.

    python -m training train --data DIR
    python -m training train --data DIR --resume runs/20260101-120000-baseline_cnn

The same data, seed and machine give the same weights, interrupted or not.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from training import calibrate, plots
from training.callbacks import epoch_callbacks, save_last
from training.console import console
from training.dataset import ordered_batches, training_batches
from training.draws import Draws
from training.errors import RunError
from training.pixels import Pixels, load_split
from training.recipes import Recipe, find_recipe
from training.run import RUNS, Run, RunConfig


def start(
    data: Path,
    architecture: str,
    *,
    epochs: int | None = None,
    seed: int = 0,
    weights: Path | None = None,
    without: Sequence[str] = (),
) -> Run:
    """Create a run's folder and train it to its end.

    ``epochs`` None takes the recipe's; ``weights`` is the file of a pretrained backbone;
    ``without`` are sources to leave out.
    """
    recipe = find_recipe(architecture)
    train = load_split(data, "train", recipe.training_view, without)
    config = RunConfig(
        architecture=architecture,
        epochs=epochs or recipe.epochs,
        seed=seed,
        batch_size=recipe.batch_size,
        data=str(data),
        without=list(without),
        data_fingerprint=train.fingerprint,
    )
    model = _build(recipe, config, len(train.images), weights)
    run = Run.create(RUNS, config)
    _fit(run, recipe, model, train, data)
    return run


def resume(folder: Path, data: Path, epochs: int | None, weights: Path | None) -> Run:
    """Go on with the run in ``folder`` from its last finished epoch.

    ``epochs`` may extend it, unless its learning rate was scheduled for the epochs it began with.

    Raises:
        RunError: the data is not what the run began with, or it cannot be extended.
    """
    run = Run.open(folder)
    recipe = find_recipe(run.config.architecture)
    if epochs is not None and epochs != run.config.epochs:
        if recipe.patience is None:
            planned = run.config.epochs
            raise RunError(f"{folder}: its learning rate was scheduled for {planned} epochs")
        run = run.extended(epochs)
    train = load_split(data, "train", recipe.training_view, run.config.without)
    if train.fingerprint != run.config.data_fingerprint:
        raise RunError(f"{data}: not the pictures that {folder} was begun with")
    if run.last.exists():
        _make_deterministic(run.config.seed)
        model = keras.models.load_model(run.last)
    else:
        model = _build(recipe, run.config, len(train.images), weights)
    _fit(run, recipe, model, train, data)
    return run


def _make_deterministic(seed: int) -> None:
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def _build(recipe: Recipe, config: RunConfig, images: int, weights: Path | None) -> keras.Model:
    _make_deterministic(config.seed)
    if weights is not None and not weights.is_file():
        raise RunError(f"{weights}: no such file")
    return recipe.build(weights, config.epochs * _steps(images, config))


def _steps(images: int, config: RunConfig) -> int:
    return -(-images // config.batch_size)


def _fit(run: Run, recipe: Recipe, model: keras.Model, train: Pixels, data: Path) -> None:
    console.print(f"run: {run.folder}")
    valid = load_split(data, "valid", recipe.view, run.config.without)
    config = run.config
    steps = _steps(len(train.images), config)
    finished = int(model.optimizer.iterations) // steps
    _keep_rows(run, finished)
    run.forget_results()
    if recipe.teach_heads and not run.last.exists():
        found = partial(_batches, replace(recipe, order=recipe.head_order), config, train)
        draws = Draws(lambda epoch: found(first_epoch=epoch), steps)
        recipe.teach_heads(model, draws, run.folder / "draws")
        save_last(run, model)
    model.fit(
        _batches(recipe, config, train, cells=recipe.cells, first_epoch=finished),
        steps_per_epoch=steps,
        initial_epoch=finished,
        epochs=finished if _out_of_patience(run, recipe.patience) else config.epochs,
        validation_data=ordered_batches(valid, config.batch_size, recipe.cells),
        callbacks=epoch_callbacks(run, recipe.patience),
        shuffle=False,
    )
    plots.history(run.read_history(), run.folder / "history.png")
    calibrate.calibrate(run, valid)


def _batches(recipe: Recipe, config: RunConfig, train: Pixels, **options: Any) -> tf.data.Dataset:
    return training_batches(
        train, recipe.order, recipe.augment, config.batch_size, config.seed, **options
    )


def _out_of_patience(run: Run, patience: int | None) -> bool:
    """Whether early stopping had ended this run before; Keras would train one epoch more."""
    losses = [row["val_loss"] for row in run.read_history()]
    if patience is None or not losses:
        return False
    return len(losses) - 1 - losses.index(min(losses)) >= patience


def _keep_rows(run: Run, finished: int) -> None:
    """Drop the row of an epoch whose checkpoint did not reach the disk: it is trained again."""
    if len(run.read_history()) > finished:
        lines = run.history.read_text().splitlines(keepends=True)
        run.history.write_text("".join(lines[: 1 + finished]))
