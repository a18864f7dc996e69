"""Calibration on what was never seen: a run is trained anew without a part of all it knows.

The scores of pictures whose sources a network knows are surer than those of others, and thresholds
that are fitted on them let too many strangers through. Each family of fakes and each source of real
pictures is left out of one of the folds; the scores that it gets there are what it would get as a
stranger. The test split has no part in it.
"""

from functools import partial
from pathlib import Path

from training.console import console
from training.data.folds import folds, kins
from training.data.samples import every_sample
from training.errors import RunError
from training.fitting import calibrate, train
from training.fitting.kept import kept
from training.fitting.recipes import find_recipe
from training.fitting.run import Run
from training.fitting.strangers import Pictures, Strangers
from training.fitting.team import Team


def cross_fit(run: Run, data: Path, team: Team, count: int, weights: Path | None) -> None:
    """Train ``count`` folds like a finished ``run``, and calibrate it on what they did not see.

    Folds that are there are finished.

    Raises:
        DataError: there are too few families of fakes.
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
        RunError: it has no folds, or one is unfinished.
    """
    them = [Run.open(folder) for folder in run.fold_folders()]
    if not them:
        raise RunError(f"{run.folder}: has no folds; train it with --folds")
    pictures = Pictures.load(data, find_recipe(run.config.architecture).view)
    return Strangers.of(
        pictures,
        [kept(it.logits, partial(calibrate.logits, it, pictures.pixels)) for it in them],
        [frozenset(it.config.without) for it in them],
    )


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
