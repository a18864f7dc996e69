"""How a head does on what it never saw: one for each family of fakes, taught without it.

    python -m training leave-out --data DIR --run runs/20260101-120000-texture_mobilenet

A head on a frozen backbone learns fast from the draws that a run has kept. With a family it leaves
out a part of the sources of real pictures. It is a compass: it says, long before a whole network
could, which data, sampling and augmentation carry over to strangers.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.progress import track

from training.console import console
from training.data.balance import pairs_without
from training.data.dataset import ordered_batches
from training.data.folds import Kin, kins, parts
from training.data.pixels import Pixels, load_split, picture_scores
from training.data.samples import Sample, every_sample
from training.errors import RunError
from training.fitting.draws import Draws
from training.fitting.head import TEXTURE, Lesson, new_head, teach
from training.fitting.kept import kept
from training.fitting.recipes import find_recipe
from training.fitting.run import Run
from training.fitting.strangers import Pictures, Strangers
from training.fitting.team import Team
from training.fitting.train import draws_of

LESSON = Lesson(draws=3, passes=8, batch_size=256)
PARTS = 5  # of the sources of real pictures, at most; each is left out with some family
BATCH_SIZE = 64


def leave_out(run_folder: Path, data: Path) -> Strangers:
    """Teach and ask the heads; goes on where it was stopped.

    Raises:
        RunError: ``run_folder`` is no run of all sources that has begun to fine-tune.
    """
    run = Run.open(run_folder)
    if run.config.without or run.config.like:
        raise RunError(f"{run_folder}: name a run that was shown every source, by its own draws")
    out = run.folder / "leave_out"
    out.mkdir(exist_ok=True)
    model = keras.models.load_model(run.last)
    pictures = Pictures.load(data, find_recipe(run.config.architecture).view)
    texture = kept(out / "texture.npy", lambda: _texture(model, pictures.pixels))
    draws = _draws(run, data)
    logits, without = [], []
    for kin, others in _parts(every_sample(data)):
        left_out = frozenset[str]().union(kin.sources, *(it.sources for it in others))
        console.print(f"without {kin.name}")
        said = kept(out / f"{kin.name}.npy", partial(_ask, model, draws, left_out, texture))
        logits.append(picture_scores(pictures.pixels, said).astype(np.float64))
        without.append(left_out)
    return Strangers.of(pictures, logits, without)


def _parts(samples: list[Sample]) -> Iterator[tuple[Kin, list[Kin]]]:
    """Each family of fakes, and the sources of real pictures that are left out with it."""
    them = kins(samples)
    fakes, alone = ([kin for kin in them if kin.has_fakes is has] for has in (True, False))
    reals = parts(alone, min(PARTS, len(fakes)))
    for number, kin in enumerate(fakes):
        yield kin, reals[number % len(reals)]


def _texture(model: keras.Model, pixels: Pixels) -> NDArray[np.float16]:
    """What the head sees of each image: float16 ``[n, d]``."""
    below = tf.function(keras.Model(model.input, model.get_layer(TEXTURE).output))
    batches = track(ordered_batches(pixels, BATCH_SIZE), "Looking", console=console)
    seen = [below(images, training=False).numpy().astype(np.float16) for images, _ in batches]
    return np.concatenate(seen)


def _draws(run: Run, data: Path) -> Callable[[frozenset[str]], Draws]:
    """Those of the run, less some sources."""
    recipe = find_recipe(run.config.architecture)
    train = load_split(data, "train", recipe.training_view, run.config.without)
    whole = draws_of(Team(tf.distribute.get_strategy()), run, recipe, train, data)

    def without(sources: frozenset[str]) -> Draws:
        def shown(epoch: int) -> NDArray[np.bool_]:
            order = recipe.head_order(train, run.config.seed, epoch)
            return pairs_without(sorted(sources), train, order)

        return replace(whole, shown=shown)

    return without


def _ask(
    model: keras.Model,
    draws: Callable[[frozenset[str]], Draws],
    without: frozenset[str],
    texture: NDArray[np.float16],
) -> NDArray[np.float32]:
    """The logits ``[n]`` of a head that was taught ``without`` some sources."""
    keras.utils.set_random_seed(0)
    head = new_head(model)
    teach(head, draws(without), LESSON)
    rows = range(0, len(texture), BATCH_SIZE)
    said = [head(texture[row : row + BATCH_SIZE].astype(np.float32)).numpy() for row in rows]
    return np.concatenate(said)[:, 0]
