"""How long does a start take, and does an end lose anything? One table, in one run.

    python -m benchmarks.lifecycle [--rounds 3] [--seconds 10]

A start is from the process to ``/readyz``, against a bare script that imports TensorFlow and loads
the artifact. At its end, SIGTERM comes while 32 clients ask as fast as they can, after half of the
seconds: what was let in must be answered, and what came later refused, nothing cut off.
"""

import argparse
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.running import pictures, running, start_load, told
from service.settings import read_settings

BARE = "import tensorflow; tensorflow.saved_model.load({folder!r})"


def bare_start(model: Path) -> float:
    """Seconds that the script takes."""
    newest = max(model.iterdir(), key=lambda folder: int(folder.name))
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE.format(folder=str(newest))], check=True)
    return time.perf_counter() - began


def service_start() -> float:
    """Seconds from the process to ready."""
    began = time.perf_counter()
    with running():
        return time.perf_counter() - began


def end_under_load(picture: Path, seconds: float) -> tuple[int, dict[str, int]]:
    """The exit status, and how many requests ended with which status, 0 and -1 as in ``load``."""
    with running() as it:
        how = ("--concurrency", "32", "--seconds", str(seconds))
        clients = start_load(f"{it.url}/predict", picture, *how)
        time.sleep(seconds / 2)
        it.process.send_signal(signal.SIGTERM)
        status = it.process.wait(timeout=60)
        return status, told(clients)["statuses"]


def main() -> None:
    """Measure in turn and print the table."""
    parser = argparse.ArgumentParser(description="How long does a start take?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        picture = pictures(Path(scratch))["256 px face"]
        model = read_settings().model
        bare_start(model)
        starts = [(bare_start(model), service_start()) for _ in range(asked.rounds)]
        ends = [end_under_load(picture, asked.seconds) for _ in range(asked.rounds)]
    table = Table("", "median", title=f"{asked.rounds} rounds")
    bare, service = (statistics.median(times) for times in zip(*starts, strict=True))
    table.add_row("bare script, s", f"{bare:.2f}")
    table.add_row("start to ready, s", f"{service:.2f}")
    table.add_row("ratio", f"{statistics.median(ready / least for least, ready in starts):.2f}")
    for number, (status, statuses) in enumerate(ends, start=1):
        table.add_row(f"end {number}: exit status, requests by status", f"{status}, {statuses}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
