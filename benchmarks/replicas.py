"""What do replicas give, and what does Ray Serve take? Four ways to use the same cores.

    python -m benchmarks.replicas [--rounds 3] [--seconds 10] [--concurrency 32]

A face of 256 px, sent to: one process with all cores; the same as one replica of Ray Serve; two
replicas with half of the cores each; two processes with half of the cores each, half of the clients
at either. Each round starts all four anew, in turn. The rows that it prints are those of
docs/scaling.md: medians, and shares of the first row's throughput round by round.
"""

import argparse
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.running import SERVICE, pictures, running, start_load, told
from service.model.cores import available_cores

WARM_UP_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Way:
    """Processes that are started, and of how many cores each of their models may use."""

    command: tuple[str, ...]
    cores: int
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one way in one round; times in ms."""

    throughput: float
    p50: float
    p99: float
    failed: int


def ways(cores: int) -> dict[str, Way]:
    """What is compared, on so many cores."""

    def replicas(count: int) -> Way:
        options = ("--replicas", str(count), "--cores", str(cores // count))
        return Way(("-m", "benchmarks.serving_ray", *options), cores // count)

    return {
        "one process": Way(SERVICE, cores),
        "Ray Serve, one replica": replicas(1),
        "Ray Serve, two replicas": replicas(2),
        "two processes": Way(SERVICE, cores // 2, processes=2),
    }


def measure(way: Way, picture: Path, concurrency: int, seconds: float) -> Figures:
    """Start what a way needs, put load on it, and end it."""
    environment = {
        "DEEPFAKE_ANONYMOUS": "true",
        "DEEPFAKE_CORES": str(way.cores),
        "DEEPFAKE_QUEUE_LIMIT": str(2 * concurrency),  # a queue that long is no reason to refuse
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    with ExitStack() as stack:
        started = [
            stack.enter_context(running(way.command, environment)) for _ in range(way.processes)
        ]
        urls = [f"{it.url}/predict" for it in started]
        put_load(urls, picture, concurrency, WARM_UP_SECONDS)
        return put_load(urls, picture, concurrency, seconds)


def put_load(urls: list[str], picture: Path, concurrency: int, seconds: float) -> Figures:
    """As many clients in all, the same number at each address, at the same time."""
    options = ("--concurrency", str(concurrency // len(urls)), "--seconds", str(seconds))
    found = [told(it) for it in [start_load(url, picture, *options) for url in urls]]
    statuses: list[Mapping[str, int]] = [it["statuses"] for it in found]
    times = [it["milliseconds"]["200"] for it in found]
    return Figures(
        sum(it["throughput"] for it in found),
        statistics.mean(it["50"] for it in times),
        statistics.mean(it["99"] for it in times),
        sum(count for it in statuses for status, count in it.items() if status != "200"),
    )


def rows(rounds: list[dict[str, Figures]]) -> list[str]:
    """The medians as rows of Markdown."""
    first, *_ = rounds[0]
    lines = ["| | 1/s | of one process | p50 ms | p99 ms | failed |", "|---|---|---|---|---|---|"]
    for name in rounds[0]:
        every = [it[name] for it in rounds]
        share = statistics.median(it[name].throughput / it[first].throughput for it in rounds)
        throughput = statistics.median(it.throughput for it in every)
        p50, p99 = (statistics.median(getattr(it, p) for it in every) for p in ("p50", "p99"))
        failed = sum(it.failed for it in every)
        lines.append(
            f"| {name} | {throughput:.1f} | {share:.2f} | {p50:.0f} | {p99:.0f} | {failed} |"
        )
    return lines


def main() -> None:
    """Measure in turn and print the rows."""
    parser = argparse.ArgumentParser(description="What do replicas give?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--concurrency", type=int, default=32)
    asked = parser.parse_args()
    cores = available_cores()
    if cores < 2:
        parser.error("two replicas need two cores")
    with tempfile.TemporaryDirectory() as scratch:
        picture = pictures(Path(scratch))["256 px face"]
        rounds = [
            {
                name: measure(way, picture, asked.concurrency, asked.seconds)
                for name, way in ways(cores).items()
            }
            for _ in range(asked.rounds)
        ]
    print("\n".join(rows(rounds)))


if __name__ == "__main__":
    main()
