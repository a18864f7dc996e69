"""A collection with faces, and `deepfake bulk` as a user runs it."""

import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import BIN
from tests.pictures import PORTRAIT, smooth
from tests.programs import run

PICTURES = 120


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Portraits of many sizes and qualities at two depths, and some pictures without a face."""
    folder = tmp_path_factory.mktemp("collection")
    (folder / "deeper").mkdir()
    for number in range(PICTURES):
        path = folder / ("deeper" if number % 3 else "") / f"{number:03}.jpg"
        side = 160 + number % 40
        picture = smooth(number, side) if number % 10 == 9 else PORTRAIT.resize((side, side))
        picture.save(path, quality=60 + number % 35)
    return folder


def command(source: str | Path, output: str | Path, *options: object) -> list[str]:
    return [str(BIN / "deepfake"), "bulk", str(source), "--output", str(output), *map(str, options)]


def bulk(
    source: str | Path, output: str | Path, *options: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    words = command(source, output, *options)[1:]
    return run("deepfake", *words, timeout=240, environment=environment)


def rows(output: Path) -> dict[str, dict[str, object]]:
    """All rows by their path; each must be there once."""
    table: pa.Table = pq.read_table(output)
    by_path = {row["path"]: row for row in table.to_pylist()}
    assert len(by_path) == table.num_rows, "a path has two rows"
    return by_path
