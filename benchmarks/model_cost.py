"""What does scoring a face cost? Against MobileNetV2 at 224 px, one core, and sixteen at once.

    taskset --cpu-list 0 python -m benchmarks.model_cost [--model models/deepfake] [--rounds 15]

Both networks are called as the service calls its own, in turn, so that a machine whose speed drifts
slows both. The aims: not more than MobileNetV2; sixteen in one call at 1.5 times the throughput of
sixteen calls.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
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


def measure(model: Model, rounds: int) -> list[tuple[float, float, float]]:
    """By round, ms a face: MobileNetV2, the model one by one, the model sixteen at once."""
    side = model.manifest.input_side
    faces = np.random.default_rng(0).integers(0, 256, (CALLS, side, side, 3), np.uint8)
    its_call = reference()
    sides: list[tuple[Call, int]] = [
        (its_call, CALLS),
        (lambda: model.score(faces[:1]), CALLS),
        (lambda: model.score(faces), 1),
    ]
    for call, _ in sides:
        seconds(call, 3)
    measured = [
        [seconds(call, calls) / CALLS * 1000 for call, calls in sides] for _ in range(rounds)
    ]
    return [(a, b, c) for a, b, c in measured]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="What does scoring a face cost?")
    parser.add_argument("--model", type=Path, default=Path("models/deepfake"))
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    model = Model.latest(asked.model)
    rounds = measure(model, asked.rounds)
    table = Table(
        "",
        "median",
        "min",
        "max",
        title=f"{asked.rounds} rounds in turn, {len(os.sched_getaffinity(0))} core(s)",
    )
    columns = {
        "MobileNetV2 at 224 px, ms a face": [a for a, _, _ in rounds],
        f"{model.manifest.architecture}, ms a face": [b for _, b, _ in rounds],
        "sixteen in one call, ms a face": [c for _, _, c in rounds],
        "cost against MobileNetV2": [b / a for a, b, _ in rounds],
        "throughput of sixteen against one by one": [b / c for _, b, c in rounds],
    }
    for name, values in columns.items():
        cells = (statistics.median(values), min(values), max(values))
        table.add_row(name, *(f"{cell:.2f}" for cell in cells))
    Console().print(table)


if __name__ == "__main__":
    main()
