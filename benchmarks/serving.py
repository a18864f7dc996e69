"""What does serving cost, and what does batching give? One table, in one run on the same cores.

    python -m benchmarks.serving [--seconds 10] [--rounds 3] [--concurrency 1 8 32 128]
        [--before DIR] [--alone]

For a face of 256 px and for a photograph of 12 megapixels: the limit, which is the path from bytes
to scores in a tight loop without HTTP; this service at several concurrencies; each of
``benchmarks.contenders``, among them the version whose checkout, with its own ``.venv``, is in DIR.
Everything takes its turn in each round; medians of the rounds are shown. The load generator shares
the cores with what it measures, and says how much of them it took.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.contenders import Contender, contenders, ours
from benchmarks.running import Running, load, pictures, told

LIMIT = "the limit"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one contender in one round."""

    throughput: float
    p50: float = float("nan")
    p95: float = float("nan")
    p99: float = float("nan")
    errors: int = 0
    mean_batch: float = float("nan")
    memory: float = float("nan")
    generator_cores: float = float("nan")


def measure(it: Running, picture: Path, concurrency: int, seconds: float) -> Figures:
    """Put load on a contender."""
    before = batches(it.url)
    found = load(it, picture, concurrency=concurrency, seconds=seconds)
    faces, calls = (after - start for after, start in zip(batches(it.url), before, strict=True))
    times = found["milliseconds"].get("200", {})
    return Figures(
        throughput=found["throughput"],
        p50=times.get("50", float("nan")),
        p95=times.get("95", float("nan")),
        p99=times.get("99", float("nan")),
        errors=sum(count for status, count in found["statuses"].items() if status != "200"),
        mean_batch=faces / calls if calls else float("nan"),
        memory=sum(map(peak_mib, it.family())),
        generator_cores=found["generator_cores"],
    )


def peak_mib(process: psutil.Process) -> float:
    """The most memory that a process has held, in MiB; psutil does not tell it on Linux."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def batches(url: str) -> tuple[float, float]:
    """Faces and calls of the model until now; zeros where they are not counted."""
    answer = httpx.get(f"{url}/metrics")
    lines = answer.text.splitlines() if answer.status_code == 200 else []
    values = dict(line.rsplit(" ", 1) for line in lines)
    names = ("deepfake_batch_size_sum", "deepfake_batch_size_count")
    return tuple(float(values.get(name, 0)) for name in names)  # type: ignore[return-value]


def one_round(
    contenders: Mapping[str, Contender],
    pictures: Mapping[str, Path],
    concurrencies: list[int],
    seconds: float,
) -> dict[str, dict[str, Figures]]:
    """Each contender once: by picture, and then by the contender's name."""
    found = {title: {LIMIT: limit(it, seconds)} for title, it in pictures.items()}
    most = max(concurrencies)
    # A queue as long as the concurrency is no reason to refuse.
    environment = {"DEEPFAKE_QUEUE_LIMIT": str(2 * most)}
    for name, contender in contenders.items():
        with contender.started(environment) as it:
            for title, picture in pictures.items():
                load(it, picture, concurrency=min(most, 32), seconds=2)
                for concurrency in concurrencies:
                    figures = measure(it, picture, concurrency, seconds)
                    found[title][f"{name}, {concurrency:3}"] = figures
    return found


def limit(picture: Path, seconds: float) -> Figures:
    """What the cores can give."""
    module = ["-m", "benchmarks.serving_limit", str(picture), "--seconds", str(seconds)]
    said = told(subprocess.Popen([sys.executable, *module], stdout=subprocess.PIPE))
    return Figures(said["throughput"])


def show(title: str, rounds: list[dict[str, Figures]]) -> None:
    """Print the medians."""
    table = Table(title=title)
    for heading in ("", "1/s", "limit", "p50 ms", "p95", "p99", "errors", "batch", "MiB", "load"):
        table.add_column(heading, justify="right" if heading else "left")

    def median(name: str, what: str) -> float:
        return float(statistics.median(getattr(figures[name], what) for figures in rounds))

    for name in rounds[0]:
        share = statistics.median(
            figures[name].throughput / figures[LIMIT].throughput for figures in rounds
        )
        cells = [median(name, "throughput"), share]
        whats = ("p50", "p95", "p99", "errors", "mean_batch", "memory", "generator_cores")
        cells += [median(name, what) for what in whats]
        table.add_row(name, *("-" if cell != cell else f"{cell:.3g}" for cell in cells))
    Console(width=110).print(table)


def main() -> None:
    """Measure in turn and print the tables."""
    parser = argparse.ArgumentParser(description="What does serving cost?")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--before", type=Path, metavar="DIR", help="a checkout with its .venv")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    asked = parser.parse_args()
    compared = (ours if asked.alone else contenders)(asked.before)
    if "BentoML" not in compared and not asked.alone:
        print("BentoML is left out: BENTOML_PYTHON names no Python that has it.")
    with tempfile.TemporaryDirectory() as scratch:
        made = pictures(Path(scratch))
        rounds = [
            one_round(compared, made, asked.concurrency, asked.seconds) for _ in range(asked.rounds)
        ]
    for title in made:
        cores = os.cpu_count()
        show(
            f"{title}, medians of {asked.rounds} rounds, {cores} cores",
            [it[title] for it in rounds],
        )


if __name__ == "__main__":
    main()
