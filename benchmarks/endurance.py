"""Does memory grow? Resident memory while a service answers many requests.

python -m benchmarks.endurance [--requests 20000] [--seconds 10]
"""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.running import load, pictures, running


def main() -> None:
    """Ask, note the memory every so many seconds, and print what it grew by."""
    parser = argparse.ArgumentParser(description="Does memory grow?")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    console = Console()
    noted = [(0, 0.0)]
    with tempfile.TemporaryDirectory() as scratch, running() as it:
        picture = pictures(Path(scratch))["256 px face"]
        while noted[-1][0] < asked.requests:
            answered = load(it, picture, concurrency=32, seconds=asked.seconds)["statuses"]
            noted.append((noted[-1][0] + answered.get("200", 0), it.memory_mib()))
            console.print(f"{noted[-1][0]} requests, {noted[-1][1]:.0f} MiB", highlight=False)
    half = next(mib for requests, mib in noted if requests >= noted[-1][0] / 2)
    second = [mib for requests, mib in noted if requests >= noted[-1][0] / 2]
    table = Table("", "MiB", title=f"{noted[-1][0]} requests")
    table.add_row("at the end of the first half", f"{half:.0f}")
    table.add_row("highest in the second half", f"{max(second):.0f}")
    table.add_row("growth", f"{max(second) / half - 1:+.1%}")
    console.print(table)


if __name__ == "__main__":
    main()
