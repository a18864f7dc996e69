"""Does reading data hold up training? Images/s with the pipeline against one batch in memory.

    python -m benchmarks.input_pipeline [--data DIR] [--rounds 5]

Without ``--data``, pictures are made up. Both sides run the same training step of the baseline,
in turn, so that a machine whose speed drifts slows both; a ratio of 1 means that the processor
never waits for data. The aim is 0.9.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from rich.console import Console
from rich.table import Table

from training.data.dataset import training_batches
from training.data.pixels import load_pixels
from training.data.samples import find_samples
from training.fitting.recipes import find_recipe

Batch = tuple[tf.Tensor, tf.Tensor]

BATCH_SIZE = 64
STEPS = 12  # a round: some five seconds on two cores
READY = 4  # batches that a pipeline may have filled its buffers with while the other side ran
MADE_UP = 500  # pictures of each label


def make_pictures(root: Path) -> Path:
    """Write 256 px JPEGs of noise, laid out as a data set."""
    generator = np.random.default_rng(0)
    for label in ("real", "fake"):
        folder = root / "train" / label
        folder.mkdir(parents=True)
        for number in range(MADE_UP):
            coarse = Image.fromarray(generator.integers(0, 255, (32, 32, 3), np.uint8))
            coarse.resize((256, 256)).save(folder / f"{number}.jpg")
    return root


def measure(data: Path, cache: Path, rounds: int) -> Iterator[tuple[float, float]]:
    """Images/s of each round with the pipeline and of one with a batch in memory."""
    recipe = find_recipe("baseline_cnn")
    model = recipe.build(None, 1)
    pixels = load_pixels(find_samples(data, "train"), recipe.training_view, cache)
    pipeline = iter(training_batches(pixels, recipe.order, recipe.augment, BATCH_SIZE, seed=0))
    batch = next(pipeline)

    in_memory = repeat(batch)
    run_steps(model, in_memory, 1)  # builds the graph
    for _ in range(rounds):
        yield run_steps(model, pipeline, STEPS), run_steps(model, in_memory, STEPS)


def run_steps(model: keras.Model, batches: Iterator[Batch], steps: int) -> float:
    """Train on ``steps`` batches; images/s, without those that lie ready from before."""
    for images, labels in islice(batches, READY):
        model.train_on_batch(images, labels)
    began = time.perf_counter()
    for images, labels in islice(batches, steps):
        model.train_on_batch(images, labels)
    return steps * BATCH_SIZE / (time.perf_counter() - began)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.data or make_pictures(Path(scratch) / "data")
        rounds = list(measure(folder, Path(scratch) / "cache", asked.rounds))
    table = Table(
        "", "median", "min", "max", title=f"Training input, {asked.rounds} rounds in turn"
    )
    for name, figures in (
        ("pipeline, images/s", [pipeline for pipeline, _ in rounds]),
        ("batch in memory, images/s", [memory for _, memory in rounds]),
        ("ratio, round by round", [pipeline / memory for pipeline, memory in rounds]),
    ):
        cells = (statistics.median(figures), min(figures), max(figures))
        table.add_row(name, *(f"{cell:.3g}" for cell in cells))
    Console().print(table)


if __name__ == "__main__":
    main()
