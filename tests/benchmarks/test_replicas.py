"""Replicas are compared on the same cores, and what failed is counted, not hidden."""

from pathlib import Path

import pytest

from benchmarks.replicas import Figures, measure, rows, ways
from benchmarks.running import pictures

pytestmark = pytest.mark.usefixtures("toy_served")


@pytest.mark.parametrize("cores", [2, 8])
def test_every_way_has_the_same_cores(cores: int) -> None:
    for name, way in ways(cores).items():
        replicas = int(way.command[way.command.index("--replicas") + 1]) if "Ray" in name else 1
        assert way.cores * way.processes * replicas == cores


def test_shares_are_of_the_same_round_and_failures_of_all() -> None:
    rounds = [
        {"one": Figures(100, 10, 20, 0), "other": Figures(80, 11, 21, 1)},
        {"one": Figures(50, 12, 22, 0), "other": Figures(45, 13, 23, 2)},
        {"one": Figures(70, 11, 21, 0), "other": Figures(63, 12, 22, 0)},
    ]
    *_, one, other = rows(rounds)
    assert one == "| one | 70.0 | 1.00 | 11 | 21 | 0 |"
    assert other == "| other | 63.0 | 0.90 | 12 | 22 | 3 |"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Ray Serve, two replicas", "two processes"])
def test_both_of_two_are_started_and_answer(name: str, tmp_path: Path) -> None:
    face = pictures(tmp_path)["256 px face"]
    figures = measure(ways(2)[name], face, concurrency=4, seconds=1)
    assert figures.throughput > 0
    assert figures.failed == 0
    assert 0 < figures.p50 <= figures.p99
