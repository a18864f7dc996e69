"""Folds of a run: each is trained without a part, and the run is calibrated on those parts."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import run_training
from tests.pictures import write_dataset
from training.data.samples import every_sample
from training.errors import RunError
from training.fitting import calibrate
from training.fitting.cross_fit import strangers
from training.fitting.run import Run, RunConfig

FOLDS = 2


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sources of both labels, and two of real pictures alone."""
    root = write_dataset(tmp_path_factory.mktemp("data") / "faces", train=20, other=10)
    for path in list(root.glob("*/real/left__*")):
        for source in ("press", "wire"):
            shutil.copy(path, path.with_name(path.name.replace("left", source)))
    return root


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    options = ("--data", data, "--epochs", "1", "--folds", str(FOLDS))
    cwd = tmp_path_factory.mktemp("run")
    done = run_training("train", *options, cwd=cwd)
    return Run.open(cwd / done.stdout.strip().splitlines()[-1])


@pytest.mark.slow
def test_each_source_is_left_out_of_one_fold(run: Run) -> None:
    without = [Run.open(folder).config.without for folder in run.fold_folders()]
    assert len(without) == FOLDS
    assert sorted(source for its in without for source in its) == ["left", "press", "right", "wire"]
    for its in without:
        assert {"left", "right"} & set(its)
        assert {"press", "wire"} & set(its)
    assert run.config.without == []


@pytest.mark.slow
def test_the_run_is_calibrated_on_what_its_folds_did_not_see(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    them = strangers(run, data)
    samples = every_sample(data)
    test = np.array([sample.path.parts[-3] == "test" for sample in samples])
    assert np.array_equal(them.in_test, test)
    assert set(them.splits) == {"train", "valid", "test"}
    for number, folder in enumerate(run.fold_folders()):
        fold = Run.open(folder)
        own = np.isin(them.sources, fold.config.without)
        assert np.array_equal(them.fold == number, own)
        assert np.array_equal(them.logit[own], np.load(folder / "logits.npy")[own])
    assert calibrate.read(run) == them.calibration(~test)


@pytest.mark.slow
def test_what_was_interrupted_goes_on_with_the_same_folds(
    run: Run, data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "runs" / "copy"
    shutil.copytree(run.folder, copy)
    first, second = Run.open(copy).fold_folders()
    before = (first / "best.keras").read_bytes()
    shutil.rmtree(second)
    calibration = json.loads((copy / "calibration.json").read_text())
    options = ("--data", data, "--resume", copy, "--folds", str(FOLDS))
    run_training("train", *options, cwd=tmp_path)
    again = Run.open(copy).fold_folders()
    assert again[0] == first
    assert (first / "best.keras").read_bytes() == before
    assert Run.open(again[1]).config.without == Run.open(run.fold_folders()[1]).config.without
    after = json.loads((copy / "calibration.json").read_text())
    assert after == pytest.approx(calibration, abs=1e-4)


def test_a_run_without_folds_says_nothing_of_strangers(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run(tmp_path, RunConfig("baseline_cnn", 1, 0, 32, str(dataset), [], ""))
    with pytest.raises(RunError, match="has no folds; train it with --folds"):
        strangers(run, dataset)
