"""Does a collection survive the death of a node? Two score it, and one is killed midway.

    python -m benchmarks.bulk_killed [--pictures 20000] [--asked 1000]

Prints, as JSON, how many pictures have one row, several, none, or an error; whether the parts from
before the death are untouched; and the largest difference between a row's probability and what
``POST /predict`` of a running service says of the same file, for ``--asked`` pictures.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import cluster, collection
from benchmarks.running import deepfake, running
from service.model.cores import available_cores


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is there in the end; ``before`` counts the parts that were written at the death."""

    seconds: float
    parts: int
    before: int
    written_anew: int
    once: int
    several: int
    missing: int
    errors: int


def score(pictures: Path, output: Path, part_rows: int = 256) -> Outcome:
    """Score a folder on two nodes of half the cores, and kill the second when half is there.

    Raises:
        RuntimeError: the command failed, or was through before the death.
    """
    files = sorted(map(str, pictures.iterdir()))
    half = len(files) // part_rows // 2
    cores = max(1, available_cores() // 2)
    begin = time.monotonic()
    with cluster.nodes(cores, cores) as (address, (_, other)):
        options = ("--part-rows", part_rows, "--address", address)
        process = subprocess.Popen(deepfake("bulk", pictures, "--output", output, *options))
        while len(before := _parts(output)) < half and process.poll() is None:
            time.sleep(0.05)
        if process.poll() is not None or not cluster.actors(other):
            raise RuntimeError("there was nothing to kill")
        other.kill()
        if process.wait():
            raise RuntimeError(f"deepfake bulk: status {process.returncode}")
    after = _parts(output)
    return Outcome(
        seconds=time.monotonic() - begin,
        parts=len(after),
        before=len(before),
        written_anew=sum(after[path] != changed for path, changed in before.items()),
        **counts(pq.read_table(output), files),
    )


def counts(table: pa.Table, files: list[str]) -> dict[str, int]:
    """How many of the ``files`` have one row, several or none, and how many rows an error."""
    rows = Counter(table["path"].to_pylist())
    return {
        "once": sum(rows[path] == 1 for path in files),
        "several": sum(count > 1 for count in rows.values()),
        "missing": sum(path not in rows for path in files),
        "errors": len(table) - table["error"].null_count,
    }


def _parts(output: Path) -> dict[Path, int]:
    """The parts that are there, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in output.glob("part-*")}


def difference(output: Path, count: int) -> float:
    """The largest between a row and the API, of ``count`` pictures from one end to the other."""
    rows = pq.read_table(output, columns=["path", "fake_probability"]).to_pylist()
    differences: list[float] = []
    with running() as service, httpx.Client(base_url=service.url) as client:
        for row in rows[:: max(1, len(rows) // count)]:
            answer = client.post("/predict", files={"file": Path(row["path"]).read_bytes()})
            asked = answer.raise_for_status().json()["fake_probability"]
            differences.append(abs(asked - row["fake_probability"]))
    return max(differences)


def main() -> None:
    """Kill and count."""
    parser = argparse.ArgumentParser(description="Does a collection survive the death of a node?")
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--asked", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pictures, output = Path(folder) / "pictures", Path(folder) / "scores"
        collection.write(pictures, asked.pictures)
        outcome = score(pictures, output)
        print(json.dumps({**asdict(outcome), "difference": difference(output, asked.asked)}))


if __name__ == "__main__":
    main()
