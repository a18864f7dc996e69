"""Heads that were not shown a family: which pictures teach each, and what is kept of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import run_training
from training.data.samples import Sample
from training.errors import RunError
from training.fitting.run import Run, RunConfig
from training.judging.leave_out import _parts, leave_out


def test_each_family_goes_with_a_fifth_of_the_sources_of_real_pictures() -> None:
    fakes = [Sample(Path(f"gan{n}__0.jpg"), 1) for n in range(7)]
    reals = [Sample(Path(f"press{n}__0.jpg"), 0) for n in range(10)]
    found = list(_parts(fakes + reals))
    assert [kin.name for kin, _ in found] == [f"gan{n}" for n in range(7)]
    names = [frozenset(it.name for it in others) for _, others in found]
    assert [len(its) for its in names] == [2] * 7
    assert len(frozenset.union(*names)) == 10
    assert names[0] == names[5] != names[1]


def test_with_few_families_each_source_of_real_pictures_is_left_out_with_some() -> None:
    fakes = [Sample(Path(f"gan{n}__0.jpg"), 1) for n in range(2)]
    reals = [Sample(Path(f"press{n}__0.jpg"), 0) for n in range(10)]
    names = [it.name for _, others in _parts(fakes + reals) for it in others]
    assert sorted(names) == sorted(f"press{n}" for n in range(10))


@pytest.mark.parametrize("seen", [{"without": ["web"]}, {"like": "runs/other"}])
def test_a_run_that_was_not_shown_all_is_refused(tmp_path: Path, seen: dict[str, Any]) -> None:
    content = {"without": [], "data_fingerprint": "", **seen}
    config = RunConfig("texture_mobilenet", 1, 0, 32, "data", **content)
    Run(tmp_path, config).write_config()
    with pytest.raises(RunError, match="name a run that was shown every source"):
        leave_out(tmp_path, tmp_path)


def test_what_is_no_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no training run"):
        leave_out(tmp_path, tmp_path)


@pytest.fixture
def run(default_run: Path) -> Run:
    return Run.open(default_run)


@pytest.fixture
def data(default_run: Path) -> Path:
    return default_run.parent.parent / "faces"


@pytest.mark.slow
def test_it_prints_each_family_and_goes_on_where_it_was_stopped(data: Path, run: Run) -> None:
    options = ("leave-out", "--data", data, "--run", run.folder)
    first = run_training(*options, cwd=run.folder.parent.parent).stdout
    assert {"left", "right", "mean"} <= set(first.split())
    kept = {path: path.stat().st_mtime_ns for path in (run.folder / "leave_out").iterdir()}
    assert {path.name for path in kept} == {"texture.npy", "left.npy", "right.npy"}
    again = run_training(*options, cwd=run.folder.parent.parent).stdout
    assert first.endswith(again), "the same tables, and no lesson before them"
    assert kept == {path: path.stat().st_mtime_ns for path in kept}


@pytest.mark.slow
def test_a_head_says_something_of_every_picture(
    data: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.folder.parent.parent)
    them = leave_out(run.folder, data)
    assert them.logits.shape == (2, 2 * (16 + 4 + 4))
    assert np.isfinite(them.logits).all()
    for number, family in enumerate(("left", "right")):
        assert set(them.sources[them.left_out[number]]) == {family}
    assert (them.left_out.sum(axis=0) == 1).all()
