"""What happens at half of the capacity, and at four times it? One table, in one run.

    python -m benchmarks.overload [--seconds 10] [--rounds 3]

The capacity is what the service gives to 32 clients that ask as soon as they are answered. Half of
it and four times it come at even intervals, whatever becomes of those before, while ``/healthz`` is
asked twenty times a second. Then it is asked until an answer takes no longer than before.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import astuple, dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.running import Running, load, pictures, running, start_load, told

RECOVERED = 2.0  # times the median of a single request; of as much, it is quiet again


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one round; the names are the table's."""

    single_p50_ms: float
    single_p99_ms: float
    capacity: float
    half_p99_ms: float
    half_p99_of_single: float
    goodput_of_capacity: float
    refusal_p50_ms: float
    healthz_p99_ms: float
    recovery_s: float
    generator_cores: float


def one_round(picture: Path, seconds: float) -> Figures:
    """A service from its start to its recovery."""
    with running() as it:
        load(it, picture, concurrency=32, seconds=2)
        single = load(it, picture, concurrency=1, seconds=seconds)["milliseconds"]["200"]
        capacity = load(it, picture, concurrency=32, seconds=seconds)["throughput"]
        half = load(it, picture, rate=capacity / 2, seconds=seconds)["milliseconds"]["200"]
        rate = ("--rate", str(4 * capacity), "--seconds", str(seconds))
        flood = start_load(f"{it.url}/predict", picture, *rate)
        health = probe(it, flood)
        flooded = told(flood)
        refused = flooded["milliseconds"].get("503", {})
        return Figures(
            single_p50_ms=single["50"],
            single_p99_ms=single["99"],
            capacity=capacity,
            half_p99_ms=half["99"],
            half_p99_of_single=half["99"] / single["50"],
            goodput_of_capacity=flooded["throughput"] / capacity,
            refusal_p50_ms=refused.get("50", float("nan")),
            healthz_p99_ms=float(np.percentile(health, 99)),
            recovery_s=recovery(it, picture, single["50"]),
            generator_cores=flooded["generator_cores"],
        )


def probe(it: Running, flood: subprocess.Popen[bytes]) -> list[float]:
    """How long ``/healthz`` takes while another process floods the service, in ms.

    By a light client: what it costs is taken from what is measured.
    """
    times = []
    with closing(HTTPConnection(urlsplit(it.url).netloc)) as connection:
        while flood.poll() is None:
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError("/healthz did not answer 200")
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.05)
    return times


def recovery(it: Running, picture: Path, single: float) -> float:
    """Seconds until a request is answered as fast as one alone; ``single`` in ms."""
    start = time.perf_counter()
    data = picture.read_bytes()
    with httpx.Client(timeout=60) as client:
        while time.perf_counter() - start < 60:
            began = time.perf_counter()
            status = client.post(f"{it.url}/predict", files={"file": data}).status_code
            ended = time.perf_counter()
            if status == 200 and (ended - began) * 1000 <= RECOVERED * single:
                return ended - start
    return float("nan")


def main() -> None:
    """Measure and print the medians."""
    parser = argparse.ArgumentParser(description="What happens at four times the capacity?")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        picture = pictures(Path(scratch))["256 px face"]
        rounds = [one_round(picture, asked.seconds) for _ in range(asked.rounds)]
    table = Table("", "median", "lowest", "highest", title=f"{asked.rounds} rounds, 256 px face")
    for name, values in zip(
        Figures.__dataclass_fields__, zip(*map(astuple, rounds), strict=True), strict=True
    ):
        cells = (statistics.median(values), min(values), max(values))
        table.add_row(name.replace("_", " "), *(f"{cell:.3g}" for cell in cells))
    Console().print(table)


if __name__ == "__main__":
    main()
