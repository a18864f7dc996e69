"""How a head does on what it never saw: one for each family of fakes, taught without it.

    python -m training leave-out --data DIR --run runs/20260101-120000-texture_mobilenet

A head on a frozen backbone learns in a minute from the draws that a run has kept. With a family it
leaves out a fifth of the sources of real pictures. It is a compass: it says within half an hour
which data, sampling and augmentation carry over to strangers. The whole network does better.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
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
from training.data.pixels import CACHE, Pixels, load_pixels, load_split, picture_scores
from training.data.samples import Sample, every_sample, find_samples
from training.fitting.draws import Draws
from training.fitting.head import TEXTURE, Lesson, head_of, teach
from training.fitting.recipes import find_recipe
from training.fitting.run import Run
from training.fitting.strangers import Strangers
from training.fitting.team import Team
from training.fitting.train import draws_of

LESSON = Lesson(draws=3, passes=8, batch_size=256)
PARTS = 5  # of the sources of real pictures
BATCH_SIZE = 64


def leave_out(run_folder: Path, data: Path) -> Strangers:
    """Teach and ask the heads; goes on where it was stopped.

    Raises:
        RunError: ``run_folder`` is no run that has begun to fine-tune.
        DataError: there are too few sources of real pictures.
    """
    run = Run.open(run_folder)
    out = run.folder / "leave_out"
    out.mkdir(exist_ok=True)
    model = keras.models.load_model(run.last)
    samples = every_sample(data)
    pixels = load_pixels(samples, find_recipe(run.config.architecture).view, CACHE)
    texture = _texture(model, pixels, out / "texture.npy")
    draws = _draws(run, data)
    logits, without = [], []
    for kin, others in _parts(samples):
        left_out = frozenset[str]().union(kin.sources, *(it.sources for it in others))
        path = out / f"{kin.name}.npy"
        if not path.exists():
            console.print(f"without {kin.name}")
            np.save(path, _ask(model, draws(left_out), texture))
        logits.append(picture_scores(pixels, np.load(path)))
        without.append(left_out)
    test = {sample.path for sample in find_samples(data, "test")}
    in_test = np.array([Path(file) in test for file in pixels.files])
    return Strangers.of(pixels, in_test, np.stack(logits).astype(np.float64), without)


def _parts(samples: list[Sample]) -> Iterator[tuple[Kin, list[Kin]]]:
    """Each family of fakes, and the sources of real pictures that are left out with it."""
    them = kins(samples)
    reals = parts([kin for kin in them if not kin.has_fakes], PARTS)
    for number, kin in enumerate(kin for kin in them if kin.has_fakes):
        yield kin, reals[number % PARTS]


def _texture(model: keras.Model, pixels: Pixels, path: Path) -> NDArray[np.float16]:
    """What the head sees of each image, kept at ``path``: float16 ``[n, d]``."""
    if not path.exists():
        below = tf.function(keras.Model(model.input, model.get_layer(TEXTURE).output))
        batches = track(ordered_batches(pixels, BATCH_SIZE), "Looking", console=console)
        seen = [below(images, training=False).numpy().astype(np.float16) for images, _ in batches]
        np.save(path, np.concatenate(seen))
    texture: NDArray[np.float16] = np.load(path, "r")
    return texture


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


def _ask(model: keras.Model, draws: Draws, texture: NDArray[np.float16]) -> NDArray[np.float32]:
    """The logits ``[n]`` of a head that ``draws`` taught."""
    keras.utils.set_random_seed(0)
    head = keras.models.clone_model(head_of(model))
    teach(head, draws, LESSON)
    rows = range(0, len(texture), BATCH_SIZE)
    said = [head(texture[row : row + BATCH_SIZE].astype(np.float32)).numpy() for row in rows]
    return np.concatenate(said)[:, 0]
