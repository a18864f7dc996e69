"""Calibration on what was never seen: a run is trained anew without a part of all it knows.

The scores of pictures whose sources a network knows are surer than those of others, and thresholds
that are fitted on them let too many strangers through. Each family of fakes and each source of real
pictures is left out of one of the folds; the scores that it gets there are what it would get as a
stranger. The test split has no part in it.
"""

from pathlib import Path

import numpy as np

from training.console import console
from training.data.folds import folds, kins
from training.data.pixels import CACHE, Pixels, load_pixels
from training.data.samples import every_sample, find_samples
from training.errors import RunError
from training.fitting import calibrate, train
from training.fitting.calibrate import Floats
from training.fitting.recipes import find_recipe
from training.fitting.run import Run
from training.fitting.strangers import Strangers
from training.fitting.team import Team


def cross_fit(run: Run, data: Path, team: Team, count: int, weights: Path | None) -> None:
    """Train ``count`` folds like a finished ``run``, and calibrate it on what they did not see.

    Folds that are there are finished.

    Raises:
        DataError: there are too few families of fakes or sources of real pictures.
    """
    begun = {tuple(Run.open(it).config.without): it for it in run.fold_folders()}
    for number, part in enumerate(folds(kins(every_sample(data)), count), start=1):
        names = [kin.name for kin in part]
        if team.is_chief:
            console.print(f"fold {number} of {count}: without {', '.join(names)}")
        without = tuple(sorted(frozenset[str]().union(*(kin.sources for kin in part))))
        if without in begun:
            train.resume(begun[without], data, team, None, weights)
        else:
            _train(run, data, team, names, weights)
    if team.is_chief:
        them = strangers(run, data)
        calibrate.keep(run, them.calibration(~them.in_test))


def strangers(run: Run, data: Path) -> Strangers:
    """What the folds of a run say of all pictures; kept beside each fold.

    Raises:
        RunError: it has no finished folds.
    """
    samples, test = every_sample(data), {it.path for it in find_samples(data, "test")}
    pixels = load_pixels(samples, find_recipe(run.config.architecture).view, CACHE)
    them = [Run.open(folder) for folder in run.fold_folders()]
    if not them:
        raise RunError(f"{run.folder}: has no folds; train it with --folds")
    return Strangers.of(
        pixels,
        np.array([Path(file) in test for file in pixels.files]),
        np.stack([_logits(fold, pixels) for fold in them]),
        [frozenset(fold.config.without) for fold in them],
    )


def _logits(fold: Run, pixels: Pixels) -> Floats:
    path = fold.folder / "logits.npy"
    if not path.exists():
        np.save(path, calibrate.logits(fold, pixels))
    return np.asarray(np.load(path))


def _train(run: Run, data: Path, team: Team, without: list[str], weights: Path | None) -> None:
    config = run.config
    has_heads = find_recipe(config.architecture).teach_heads is not None
    train.start(
        data,
        config.architecture,
        team,
        epochs=config.epochs,
        seed=config.seed,
        weights=weights,
        without=without,
        like=run.folder if has_heads else None,
        runs=run.folds,
    )
