"""Which batch size and which wait suit best? Throughput and latency of each, in one run.

python -m benchmarks.batch_settings [--seconds 5] [--rounds 3]
"""

import argparse
import itertools
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.running import load, pictures, running

SIZES_AND_WAITS = ((4, 0), (8, 0), (16, 0), (32, 0), (8, 2), (16, 2), (16, 5))  # faces, ms


def one_service(size: int, wait: int, picture: Path, seconds: float) -> tuple[float, float, float]:
    """Answers a second and p99 in ms of 32 clients, p50 in ms of one alone."""
    settings = {"DEEPFAKE_BATCH_SIZE": str(size), "DEEPFAKE_BATCH_WAIT_MS": str(wait)}
    with running(environment=settings) as it:
        load(it, picture, concurrency=32, seconds=1)
        busy = load(it, picture, concurrency=32, seconds=seconds)
        alone = load(it, picture, concurrency=1, seconds=seconds)
    quiet = alone["milliseconds"]["200"]
    return busy["throughput"], busy["milliseconds"]["200"]["99"], quiet["50"]


def main() -> None:
    """Measure in turn, and print the medians."""
    parser = argparse.ArgumentParser(description="Which batch size and which wait suit best?")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    measured = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        picture = pictures(Path(scratch))["256 px face"]
        for _, (size, wait) in itertools.product(range(asked.rounds), SIZES_AND_WAITS):
            measured[size, wait].append(one_service(size, wait, picture, asked.seconds))
    table = Table("faces", "wait ms", "1/s", "p99 ms", "alone, p50 ms", title="concurrency 32")
    for (size, wait), figures in measured.items():
        medians = map(statistics.median, zip(*figures, strict=True))
        table.add_row(str(size), str(wait), *(f"{median:.3g}" for median in medians))
    Console().print(table)


if __name__ == "__main__":
    main()
