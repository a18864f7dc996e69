"""Metrics whose right values are known, and the files and table that carry them."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import run_training
from training.evaluate import Evaluation, measure


@pytest.fixture(scope="module")
def measured() -> Evaluation:
    """Source a: two of each label, one fake missed. Source b: reals alone, one called fake."""
    labels = np.array([0, 0, 1, 1, 0, 0])
    scores = np.array([0.1, 0.4, 0.3, 0.9, 0.2, 0.5], np.float32)
    return measure(labels, scores, ["a", "a", "a", "a", "b", "b"])


def test_a_source_with_both_labels(measured: Evaluation) -> None:
    a = measured.by_source["a"]
    assert (a.real, a.fake) == (2, 2)
    assert a.accuracy == 0.75
    assert a.roc_auc == 0.75  # of the four pairs, 0.4 against 0.3 is the wrong way round
    assert a.precision == 1.0
    assert a.recall == 0.5
    assert a.confusion == {"true_real": 2, "false_fake": 0, "false_real": 1, "true_fake": 1}


def test_a_source_with_one_label_has_no_figure_that_needs_both(measured: Evaluation) -> None:
    b = measured.by_source["b"]
    assert (b.accuracy, b.roc_auc, b.precision, b.recall) == (0.5, None, None, None)
    assert b.confusion == {"true_real": 1, "false_fake": 1, "false_real": 0, "true_fake": 0}


def test_over_all_sources(measured: Evaluation) -> None:
    assert (measured.overall.real, measured.overall.fake) == (4, 2)
    assert measured.overall.accuracy == pytest.approx(4 / 6)
    assert measured.overall.precision == 0.5


def test_scoring_the_wrong_way_round_shows() -> None:
    labels, scores = np.array([0, 0, 1, 1]), np.array([0.9, 0.8, 0.2, 0.1], np.float32)
    assert measure(labels, scores, ["a"] * 4).overall.roc_auc == 0.0


def test_a_run_and_its_export_measure_the_same(
    dataset: Path, trained_run: Path, exported: Path, tmp_path: Path
) -> None:
    for model in (trained_run, exported):
        done = run_training("evaluate", "--data", dataset, "--model", model, cwd=tmp_path)
        assert "ROC AUC" in done.stdout
    of_run = Evaluation.read(trained_run / "evaluation")
    of_artifact = Evaluation.read(tmp_path / "runs" / "evaluation" / "tiny-1")
    assert of_run == of_artifact
    assert set(of_run.by_source) == {"left", "right"}
    assert of_run.overall.real == of_run.overall.fake == 20


@pytest.mark.parametrize("name", ["roc.png", "confusion.png"])
def test_the_plots_are_pictures(exported: Path, trained_run: Path, name: str) -> None:
    assert exported.is_dir()  # exporting evaluates
    assert (trained_run / "evaluation" / name).read_bytes().startswith(b"\x89PNG")


def test_the_metrics_are_json(exported: Path, trained_run: Path) -> None:
    assert exported.is_dir()
    metrics = json.loads((trained_run / "evaluation" / "metrics.json").read_text())
    assert set(metrics) == {"split", "overall", "by_source"}


def test_what_is_no_model_is_one_line(dataset: Path, tmp_path: Path) -> None:
    done = run_training(
        "evaluate", "--data", dataset, "--model", tmp_path, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: {tmp_path}: no training run")
