"""Metrics whose right values are known, and the files and table that carry them."""

import json
from dataclasses import asdict
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.conftest import run_training
from training.errors import RunError
from training.judging.evaluate import Evaluation, summarize, table
from training.judging.metrics import measure

LABELS = np.array([0, 0, 1, 1, 0, 0, 1])
SCORES = np.array([0.1, 0.4, 0.3, 0.9, 0.2, 0.5, 0.45])
SOURCES = ["dfdc", "dfdc", "dfdc", "dfdc", "web", "web", "sfhq"]


@pytest.fixture(scope="module")
def summary() -> Evaluation:
    return summarize(LABELS, SCORES, SOURCES, fake_above=0.8, real_below=0.35)


def test_each_source_and_all_of_them_are_measured(summary: Evaluation) -> None:
    assert set(summary.by_source) == {"dfdc", "web", "sfhq"}
    for name, metrics in [*summary.by_source.items(), ("", summary.overall)]:
        chosen = np.array([source == name or not name for source in SOURCES])
        assert metrics == measure(LABELS[chosen], SCORES[chosen], 0.8, 0.35)


def test_fakes_are_told_from_the_real_pictures_of_their_look_and_from_all(
    summary: Evaluation,
) -> None:
    assert set(summary.fakes) == {"dfdc", "sfhq"}
    dfdc, sfhq = summary.fakes["dfdc"], summary.fakes["sfhq"]
    assert dfdc.look is not None
    assert dfdc.look.value == 3 / 4
    assert dfdc.all.value == 6 / 8
    assert sfhq.look is not None
    assert sfhq.look.value == 1 / 2, "of web, which has its look, one of two scores lower"
    assert sfhq.all.value == 3 / 4


def test_a_look_without_real_pictures_has_no_figure() -> None:
    summary = summarize(LABELS[:4], SCORES[:4], ["dfdc", "dfdc", "dfdc", "sfhq"], 0.8, 0.35)
    assert summary.fakes["sfhq"].look is None


def test_what_is_written_is_read_as_it_was(summary: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps(asdict(summary)))
    assert Evaluation.read(tmp_path) == summary


def test_what_an_earlier_version_wrote_is_refused_in_words(
    summary: Evaluation, tmp_path: Path
) -> None:
    content = asdict(summary)
    del content["overall"]["classwise_ece"]
    (tmp_path / "metrics.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"metrics\.json: of an earlier version; evaluate the model"):
        Evaluation.read(tmp_path)


def test_the_table_fits_a_terminal_of_eighty_columns() -> None:
    sources = ["generatedphotos"] * 500 + ["stylegan2"] * 500
    summary = summarize(np.tile([0, 1], 500), np.tile([0.1, 0.9], 500), sources, 0.8, 0.35)
    printed = StringIO()
    Console(width=80, file=printed).print(table(summary))
    shown = printed.getvalue().splitlines()
    assert not any("…" in line for line in shown)
    (header,) = (line.split() for line in shown if "source" in line)
    assert " ".join(header) == "source real fake accuracy ROC AUC FPR TPR ECE by chance"
    (row,) = (line.split() for line in shown if "generatedphotos" in line)
    assert row[:5] == ["generatedphotos", "250", "250", "1.000", "1.000"]
    assert len(row) == 9


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


@pytest.mark.parametrize("name", ["roc.png", "reliability.png", "confusion.png"])
def test_the_plots_are_pictures(exported: Path, trained_run: Path, name: str) -> None:
    assert exported.is_dir()  # exporting evaluates
    assert (trained_run / "evaluation" / name).read_bytes().startswith(b"\x89PNG")


def test_the_metrics_are_json(exported: Path, trained_run: Path) -> None:
    assert exported.is_dir()
    metrics = json.loads((trained_run / "evaluation" / "metrics.json").read_text())
    assert set(metrics) == {"split", "overall", "by_source", "fakes", "distribution"}


def test_what_is_no_model_is_one_line(dataset: Path, tmp_path: Path) -> None:
    done = run_training(
        "evaluate", "--data", dataset, "--model", tmp_path, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: {tmp_path}: no training run")
