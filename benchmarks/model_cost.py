"""What does scoring a face cost? Against MobileNetV2 at 224 px, one core, and sixteen at once.

    taskset --cpu-list 0 python -m benchmarks.model_cost [--model models/deepfake ...] [--rounds 15]

The networks, of which there may be several, are called as the service calls its own, in turn, so
that a machine whose speed drifts slows all. The aims: not more than MobileNetV2; sixteen in one
call at 1.5 times the throughput of sixteen calls.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from service.model.loaded import Model

CALLS = 16  # of one round

Call = Callable[[], object]


def reference(side: int = 224) -> Call:
    """MobileNetV2 with one face, uint8 in, from random weights, which cost the same."""
    network = keras.applications.MobileNetV2(weights=None, input_shape=(side, side, 3))

    def apply(image: tf.Tensor) -> tf.Tensor:
        return network(tf.cast(image, tf.float32) / 127.5 - 1, training=False)

    spec = tf.TensorSpec((None, side, side, 3), tf.uint8)
    score = tf.function(apply, input_signature=[spec])
    one = np.zeros((1, side, side, 3), np.uint8)
    return lambda: score(tf.constant(one)).numpy()


def seconds(call: Call, calls: int) -> float:
    """How long ``calls`` calls take."""
    began = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - began


def measure(models: list[Model], rounds: int) -> dict[str, list[float]]:
    """By row of the table, its figure of each round."""
    sides = {"MobileNetV2 at 224 px, ms a face": (reference(), CALLS)}
    for model in models:
        sides |= calls_of(model)
    for call, _ in sides.values():
        seconds(call, 3)
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, (call, calls) in sides.items():
            found[name].append(seconds(call, calls) / CALLS * 1000)
    return found | ratios(found)


def calls_of(model: Model) -> dict[str, tuple[Call, int]]:
    """How its faces are scored, one by one and together, and how often for a round."""
    side = model.manifest.input_side
    faces = np.random.default_rng(0).integers(0, 256, (CALLS, side, side, 3), np.uint8)
    name = title(model)
    return {
        f"{name}, ms a face": (lambda: model.score(faces[:1]), CALLS),
        f"{name}, sixteen in one call, ms a face": (lambda: model.score(faces), 1),
    }


def title(model: Model) -> str:
    """Its name and version."""
    return f"{model.manifest.name} {model.manifest.version}"


def ratios(found: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Round by round: what one call costs, and what sixteen together save."""
    first, *rows = found
    shares = {}
    for one, together in zip(rows[::2], rows[1::2], strict=True):
        name = one.partition(",")[0]
        shares[f"{name}, cost against MobileNetV2"] = _over(found[one], found[first])
        shares[f"{name}, throughput of sixteen"] = _over(found[one], found[together])
    return shares


def _over(some: list[float], others: list[float]) -> list[float]:
    return [a / b for a, b in zip(some, others, strict=True)]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="What does scoring a face cost?")
    parser.add_argument("--model", type=Path, nargs="+", default=[Path("models/deepfake")])
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    found = measure([Model.latest(path) for path in asked.model], asked.rounds)
    cores = len(os.sched_getaffinity(0))
    table = Table(
        "", "median", "min", "max", title=f"{asked.rounds} rounds in turn, {cores} core(s)"
    )
    for name, values in found.items():
        cells = (statistics.median(values), min(values), max(values))
        table.add_row(name, *(f"{cell:.2f}" for cell in cells))
    Console().print(table)


if __name__ == "__main__":
    main()
