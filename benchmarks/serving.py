"""What does serving cost, and what does batching give? One table, in one run on the same cores.

    python -m benchmarks.serving [--face face.jpg] [--seconds 10] [--rounds 3]

For a face of 256 px and for a photograph of 12 megapixels: (a) the limit, the path from bytes to
scores in a tight loop without HTTP; (b) this service at several concurrencies; (c) the same path in
plain FastAPI, without batching; (d) the same path as a LitServe app. Everything takes its turn in
each round; medians of the rounds are shown. The load generator shares the cores with what it
measures, and says how much of them it took.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import skimage.data
from PIL import Image
from rich.console import Console
from rich.table import Table

PORT = 8100
CONCURRENCIES = (1, 8, 32, 128)
CONTENDERS = {
    "b  this service": ("-c", "from service.cli import run; run()", "serve", "--port"),
    "c  plain FastAPI": ("-m", "benchmarks.serving_plain"),
    "d  LitServe": ("-m", "benchmarks.serving_litserve"),
}
# So that a queue as long as the concurrency is no reason to refuse.
ENVIRONMENT = {**os.environ, "DEEPFAKE_QUEUE_LIMIT": str(2 * max(CONCURRENCIES))}


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


def pictures(folder: Path) -> dict[str, Path]:
    """A portrait that comes with a package, small and large."""
    portrait = Image.fromarray(skimage.data.astronaut())
    made = {"256 px face": folder / "face.jpg", "12 MP photograph": folder / "photograph.jpg"}
    portrait.crop((60, 0, 380, 320)).resize((256, 256)).save(made["256 px face"], quality=90)
    portrait.resize((3464, 3464)).save(made["12 MP photograph"], quality=90)
    return made


@contextmanager
def serving(command: tuple[str, ...]) -> Iterator[psutil.Process]:
    """A contender in processes of its own, warm."""
    process = psutil.Popen(
        [sys.executable, *command, str(PORT)],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready()
        yield process
    finally:
        family = [*process.children(recursive=True), process]
        process.terminate()
        _, alive = psutil.wait_procs(family, timeout=15)
        for one in alive:
            one.kill()


def _wait_until_ready(seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{PORT}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("it was never ready")


def run_json(*command: str) -> dict[str, Any]:
    """The JSON that a module of this package prints."""
    output = subprocess.check_output([sys.executable, "-m", *command], env=ENVIRONMENT)
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer


def load(process: psutil.Process, picture: Path, concurrency: int, seconds: float) -> Figures:
    """Put load on a contender."""
    url = f"http://127.0.0.1:{PORT}/predict"
    before = batches()
    told = run_json(
        "benchmarks.load",
        *(url, str(picture), "--concurrency", str(concurrency), "--seconds", str(seconds)),
    )
    faces, calls = (after - start for after, start in zip(batches(), before, strict=True))
    times = told["milliseconds"].get("200", {})
    family = [process, *process.children(recursive=True)]
    return Figures(
        throughput=told["throughput"],
        p50=times.get("50", float("nan")),
        p95=times.get("95", float("nan")),
        p99=times.get("99", float("nan")),
        errors=sum(count for status, count in told["statuses"].items() if status != "200"),
        mean_batch=faces / calls if calls else float("nan"),
        memory=sum(map(peak_mib, family)),
        generator_cores=told["generator_cores"],
    )


def peak_mib(process: psutil.Process) -> float:
    """The most memory that a process has held, in MiB; psutil does not tell it on Linux."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def batches() -> tuple[float, float]:
    """Faces and calls of the model until now; zeros where they are not counted."""
    answer = httpx.get(f"http://127.0.0.1:{PORT}/metrics")
    values = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if answer.status_code == 200
    )
    names = ("deepfake_batch_size_sum", "deepfake_batch_size_count")
    return tuple(float(values.get(name, 0)) for name in names)  # type: ignore[return-value]


def one_round(picture: Path, seconds: float) -> Iterator[tuple[str, Figures]]:
    """Each contender once, with its name."""
    limit = run_json("benchmarks.serving_limit", str(picture), "--seconds", str(seconds))
    yield "a  limit", Figures(limit["throughput"])
    for name, command in CONTENDERS.items():
        with serving(command) as process:
            load(process, picture, 32, 2)
            for concurrency in CONCURRENCIES:
                yield f"{name}, {concurrency:3}", load(process, picture, concurrency, seconds)


def show(title: str, rounds: list[dict[str, Figures]]) -> None:
    """Print the medians."""
    table = Table(title=title)
    for heading in ("", "1/s", "of a", "p50 ms", "p95", "p99", "errors", "batch", "MiB", "load"):
        table.add_column(heading, justify="right" if heading else "left")

    def median(name: str, what: str) -> float:
        return float(statistics.median(getattr(figures[name], what) for figures in rounds))

    for name in rounds[0]:
        share = statistics.median(
            figures[name].throughput / figures["a  limit"].throughput for figures in rounds
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
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for title, picture in pictures(Path(scratch)).items():
            rounds = [dict(one_round(picture, asked.seconds)) for _ in range(asked.rounds)]
            show(f"{title}, medians of {asked.rounds} rounds, {os.cpu_count()} cores", rounds)


if __name__ == "__main__":
    main()
