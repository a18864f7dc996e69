"""What does the engine of `deepfake bulk` take? One collection, three ways, the same cores.

    python -m benchmarks.bulk [--rounds 3] [--pictures 20000]

`deepfake predict --format csv`, which has no engine; `deepfake bulk`, which starts its own; the
same on a cluster of two nodes with half of the cores each, which runs already. Each round takes
them in turn. Seconds are a whole command's, its start included. The rows that it prints are those
of docs/scaling.md: medians, and how much longer each took than the first, round by round.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import cluster, collection
from benchmarks.running import deepfake
from service.model.cores import available_cores

# Scores a folder into a place that is not there yet, and tells in how many seconds.
Way = Callable[[Path, Path], float]


def ways(cores: int) -> dict[str, Way]:
    """What is compared, on so many cores."""
    return {
        "`deepfake predict`": _predict,
        "`deepfake bulk`": _bulk,
        "`deepfake bulk`, two nodes": partial(_bulk_on_nodes, (cores // 2, cores // 2)),
    }


def _predict(pictures: Path, place: Path) -> float:
    return _run("predict", pictures, "--format", "csv", "--output", place)


def _bulk(pictures: Path, place: Path, *options: object) -> float:
    return _run("bulk", pictures, "--output", place, *options)


def _bulk_on_nodes(cores: tuple[int, ...], pictures: Path, place: Path) -> float:
    with cluster.nodes(*cores) as (address, _):
        return _bulk(pictures, place, "--address", address)


def _run(*words: object) -> float:
    begin = time.monotonic()
    subprocess.run(deepfake(*words), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def measure(way: Way, pictures: Path) -> float:
    """The seconds that a way takes; what it wrote is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        return way(pictures, Path(folder) / "scores")


def rows(pictures: int, rounds: list[dict[str, float]]) -> list[str]:
    """The medians as rows of Markdown."""
    first, *_ = rounds[0]
    lines = ["| | s | pictures/s | longer than the first |", "|---|---|---|---|"]
    for name in rounds[0]:
        seconds = statistics.median(it[name] for it in rounds)
        longer = [it[name] / it[first] - 1 for it in rounds]
        span = f"{statistics.median(longer):+.1%} ({min(longer):+.1%} to {max(longer):+.1%})"
        lines.append(f"| {name} | {seconds:.0f} | {pictures / seconds:.1f} | {span} |")
    return lines


def main() -> None:
    """Measure in turn and print the rows."""
    parser = argparse.ArgumentParser(description="What does the engine take?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=20_000)
    asked = parser.parse_args()
    cores = available_cores()
    if cores < 2:
        parser.error("two nodes need two cores")
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        collection.write(pictures, asked.pictures)
        rounds = [
            {name: measure(way, pictures) for name, way in ways(cores).items()}
            for _ in range(asked.rounds)
        ]
    print("\n".join(rows(asked.pictures, rounds)))


if __name__ == "__main__":
    main()
