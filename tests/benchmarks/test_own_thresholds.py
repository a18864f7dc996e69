"""Own thresholds are judged on pictures that did not calibrate, each source by each."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.own_thresholds import CALIBRATING, MIXED, OWN, SPLITS, judge, rows
from tests import toy
from tests.conftest import ROOT


def spread(low: float, high: float, count: int) -> np.ndarray[tuple[int], np.dtype]:
    return np.random.default_rng(count).uniform(low, high, count).astype(np.float32)


def test_a_source_keeps_its_promise_and_a_harder_one_does_not() -> None:
    real = {
        "easy": spread(0, 0.6, 2_000),
        "hard": spread(0, 0.9, 2_000),
        "middle": spread(0, 0.75, 229),
        "small": spread(0, 1, 99),
    }
    shares = judge(real, spread(0.5, 1, 1_000), 0.01, 0.8)
    assert list(shares) == ["easy", "hard", OWN]
    assert all(list(its) == ["easy", "hard", "middle", "fakes"] for its in shares.values())
    allowed = (CALIBRATING + 1) // 100 / (CALIBRATING + 1)
    for source in ("easy", "hard"):
        assert shares[source][source] == pytest.approx(allowed, abs=0.004)
    assert shares["easy"]["hard"] == pytest.approx(1 / 3, abs=0.03)
    assert shares["easy"]["middle"] == pytest.approx(0.2, abs=0.06)
    assert shares["hard"]["easy"] == 0
    assert shares["easy"]["fakes"] == pytest.approx(0.8, abs=0.05)
    assert shares["hard"]["fakes"] == pytest.approx(0.2, abs=0.05)


def test_the_models_own_threshold_is_beside_them() -> None:
    real = {"one": np.linspace(0, 1, 101, dtype=np.float32)}
    shares = judge(real, np.array([0.5, 0.9], np.float32), 0.01, 0.895)
    assert shares == {OWN: {"one": pytest.approx(11 / 101), "fakes": 0.5}}


def test_the_table_says_how_far_a_share_moves() -> None:
    shares = {
        "one": {"one": 0.01, "two": 0.2, "three": 0.3, "fakes": 0.8},
        "two": {"one": 0.0, "two": 0.012, "three": 0.1, "fakes": 0.5},
        OWN: {"one": 0.25, "two": 0.0, "three": 0.0, "fakes": 0.6},
    }
    assert rows(shares) == [
        "| calibrated on | one | two | three | fakes |",
        "| --- | --- | --- | --- | --- |",
        "| one | 1.00 | 20.00 | 30.00 | 80.00 |",
        "| two | 0.00 | 1.20 | 10.00 | 50.00 |",
        "| moves by | 1.00 | 18.80 | 20.00 | 30.00 |",
        "| the model's own | 25.00 | 0.00 | 0.00 | 60.00 |",
    ]


def test_what_was_not_judged_has_a_dash() -> None:
    shares = {
        "one": {"one": 0.01, "fakes": 0.8},
        MIXED: {MIXED: 0.02, "fakes": 0.7},
        OWN: {"one": 0.0, "fakes": 0.6, MIXED: 0.03},
    }
    assert rows(shares)[2:] == [
        "| one | 1.00 | 80.00 | - |",
        "| all mixed | - | 70.00 | 2.00 |",
        "| moves by | - | 10.00 | - |",
        "| the model's own | 0.00 | 60.00 | 3.00 |",
    ]


def test_without_a_large_source_there_is_no_table() -> None:
    assert rows({OWN: {"fakes": 0.5}}) == ["No source has enough real pictures."]


@pytest.mark.slow
def test_it_runs_on_a_folder_and_keeps_the_scores(toys: Path, tmp_path: Path) -> None:
    for number, (split, label) in enumerate((s, k) for s in SPLITS for k in ("real", "fake")):
        folder = toy.write_photographs(tmp_path / split / label, 3, 1, number)
        for path in folder.iterdir():
            path.rename(path.with_name(f"source__{path.name}"))
    scores = tmp_path / "scores"
    options = {"--data": tmp_path, "--model": toys, "--scores": scores}
    words = [str(word) for option in options.items() for word in option]
    command = [sys.executable, "-m", "benchmarks.own_thresholds", *words]
    printed = subprocess.check_output(command, cwd=ROOT, text=True)
    assert printed == "No source has enough real pictures.\n"
    assert len(scores.read_text().splitlines()) == 1 + 4 * 3
