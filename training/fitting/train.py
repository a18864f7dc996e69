"""Training of one network, resumable after each epoch.

    python -m training train --data DIR
    python -m training train --data DIR --resume runs/20260101-120000-baseline_cnn

The same data, seed and machine give the same weights, interrupted or not. Several processes that
train together, started alike, see the same ``runs/``; each reads, and the chief alone writes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from training.console import console
from training.data.balance import pairs_without
from training.data.dataset import ordered_batches, training_batches
from training.data.decoding import View
from training.data.folds import kins, sources_of
from training.data.pixels import Pixels, load_split
from training.data.samples import every_sample
from training.data.survey import survey
from training.errors import RunError, TeamError
from training.fitting import calibrate, curves, loop
from training.fitting.alike import require_alike
from training.fitting.callbacks import epoch_callbacks, save_last
from training.fitting.draws import Draws
from training.fitting.recipes import Recipe, find_recipe
from training.fitting.run import Run, RunConfig
from training.fitting.team import Team
from training.places import RUNS


def start(
    data: Path,
    architecture: str,
    team: Team,
    *,
    epochs: int | None = None,
    seed: int = 0,
    weights: Path | None = None,
    without: Sequence[str] = (),
    like: Path | None = None,
    runs: Path = RUNS,
) -> Run:
    """Create a run's folder in ``runs`` and train it to its end.

    ``epochs`` None takes the recipe's; ``weights`` is the file of a pretrained backbone;
    ``without`` are families and sources to leave out; ``like`` is a run with them, whose draws are
    used.

    Raises:
        DataError: the data cannot be read, or has none of a name to leave out.
        RunError: ``like`` is of another network or seed, or lacks sources that are not left out.
        TeamError: the team's processes were not asked for the same.
    """
    recipe = find_recipe(architecture)
    without = sources_of(without, kins(every_sample(data))) if without else []
    if like:
        require_alike(Run.open(like), architecture, seed, without)
    if team.is_chief:
        survey(data, ("train", "valid"))
    train = _load(team, data, "train", recipe.training_view, without)
    config = RunConfig(
        architecture=architecture,
        epochs=epochs or recipe.epochs,
        seed=seed,
        batch_size=recipe.batch_size,
        data=str(data),
        without=without,
        data_fingerprint=train.fingerprint,
        like=str(like) if like else None,
    )
    _agree(team, json.dumps(asdict(config)))
    model = _build(recipe, config, len(train.images), weights)
    run = _create(team, runs, config)
    _fit(team, run, recipe, model, train, data)
    return run


def resume(folder: Path, data: Path, team: Team, epochs: int | None, weights: Path | None) -> Run:
    """Go on with the run in ``folder`` from its last finished epoch.

    ``epochs`` may extend it, unless its learning rate was scheduled for the epochs it began with.

    Raises:
        RunError: the data is not what the run began with, or it cannot be extended.
        TeamError: as for ``start``.
    """
    run = Run.open(folder)
    recipe = find_recipe(run.config.architecture)
    _agree(team, f"{folder} {epochs}")
    if epochs is not None and epochs != run.config.epochs:
        if recipe.patience is None:
            planned = run.config.epochs
            raise RunError(f"{folder}: its learning rate was scheduled for {planned} epochs")
        run = run.extended(epochs)
        if team.is_chief:
            run.write_config()
    if team.is_chief:
        survey(data, ("train", "valid"))
    train = _load(team, data, "train", recipe.training_view, run.config.without)
    _require_same_data(run, train, data)
    begun = team.tell("begun" if run.last.exists() else "")
    model = None if begun else _build(recipe, run.config, len(train.images), weights)
    _fit(team, run, recipe, model, train, data)
    return run


def _agree(team: Team, asked: str) -> None:
    if team.tell(asked) != asked:
        raise TeamError(f"worker {team.number} was asked for another training than the chief")


def _require_same_data(run: Run, train: Pixels, data: Path) -> None:
    if train.fingerprint != run.config.data_fingerprint:
        raise RunError(f"{data}: not the pictures that {run.folder} was begun with")


def _create(team: Team, runs: Path, config: RunConfig) -> Run:
    """Make the run's folder; the name has the chief's time in it."""
    folder = str(Run.create(runs, config).folder) if team.is_chief else ""
    return Run(Path(team.tell(folder)), config)


def _load(team: Team, data: Path, split: str, view: View, without: Sequence[str]) -> Pixels:
    """The split: the chief decodes it, and the others find that done."""
    if not team.is_chief:
        team.wait()
    pixels = load_split(data, split, view, without)
    if team.is_chief:
        team.wait()
    return pixels


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


def _fit(
    team: Team, run: Run, recipe: Recipe, model: keras.Model | None, train: Pixels, data: Path
) -> None:
    """Train to the end, from the last checkpoint or, before the first, from a new ``model``."""
    if team.is_chief:
        console.print(f"run: {run.folder}")
    valid = _load(team, data, "valid", recipe.view, run.config.without)
    if model is not None:
        _begin(team, run, recipe, model, train, data)
    _make_deterministic(run.config.seed)
    with team.strategy.scope():
        model = keras.models.load_model(run.last)
    config = run.config
    steps = _steps(len(train.images), config)
    finished = int(model.optimizer.iterations.numpy()) // steps
    epochs = range(finished, _last_epoch(team, run, recipe.patience, finished))
    batches = partial(_batches, recipe, config, train, cells=recipe.cells, shares=team.shares)
    loop.fit(
        model,
        team,
        loop.Passes(batches(first_epoch=finished), steps),
        loop.Passes(
            ordered_batches(valid, config.batch_size, recipe.cells, team.shares),
            _steps(len(valid.images), config),
        ),
        epochs,
        config.seed,
        epoch_callbacks(run, recipe.patience) if team.is_chief else [],
    )
    if team.is_chief:
        curves.draw(run.read_history(), run.folder / "history.png")
        calibrate.calibrate(run, valid)


def _begin(
    team: Team, run: Run, recipe: Recipe, model: keras.Model, train: Pixels, data: Path
) -> None:
    """Teach a new network its heads, if it has any; keep it where all find it."""
    if recipe.teach_heads:
        recipe.teach_heads(model, draws_of(team, run, recipe, train, data))
    if team.is_chief:
        model.optimizer.build(model.trainable_variables)
        save_last(run, model)
    team.wait()


def draws_of(team: Team, run: Run, recipe: Recipe, train: Pixels, data: Path) -> Draws:
    """Those of this run, or of the one that it is like."""
    config, owner = run.config, run
    if config.like:
        owner = Run.open(Path(config.like))
        train = _load(team, data, "train", recipe.training_view, owner.config.without)
        _require_same_data(owner, train, data)
    recipe = replace(recipe, order=recipe.head_order)
    return Draws(
        lambda epoch: _batches(recipe, config, train, first_epoch=epoch),
        _steps(len(train.images), config),
        lambda epoch: pairs_without(config.without, train, recipe.order(train, config.seed, epoch)),
        team,
        owner.draws,
    )


def _batches(recipe: Recipe, config: RunConfig, train: Pixels, **options: Any) -> tf.data.Dataset:
    return training_batches(
        train, recipe.order, recipe.augment, config.batch_size, config.seed, **options
    )


def _last_epoch(team: Team, run: Run, patience: int | None, finished: int) -> int:
    """Make the folder's files tell of the ``finished`` epochs alone; where training is to end."""
    if not team.is_chief:
        return int(team.tell(""))
    _keep_rows(run, finished)
    run.forget_results()
    done = _out_of_patience(run, patience)
    return int(team.tell(str(finished if done else run.config.epochs)))


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
