"""Replicas are compared on the same cores, and what failed is counted, not hidden."""

import subprocess
import sys

import pytest

from benchmarks.replicas import Figures, rows, ways
from tests.conftest import ROOT


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


def test_it_runs_and_prints_every_row() -> None:
    options = ("--rounds", "1", "--seconds", "1", "--concurrency", "4")
    command = [sys.executable, "-m", "benchmarks.replicas", *options]
    printed = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()
    cells = {line.split(" | ")[0].strip("| "): line.strip("| ").split(" | ") for line in printed}
    for name in ways(2):
        assert float(cells[name][1]) > 0
        assert cells[name][-1] == "0"
