"""Metrics whose right values are known, and the files and table that carry them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.conftest import ROOT, run_training
from tests.prepared import prepare
from training.data.pixels import Pixels
from training.errors import RunError
from training.judging.evaluate import FEWEST, Evaluation, summarize, table
from training.judging.metrics import measure, roc_auc

SOURCES = {"dfdc": (30, 10), "web": (25, 0), "sdxl": (0, 40), "few": (4, 0), "fewer": (0, 9)}
NAMES = [name for name, counts in SOURCES.items() for _ in range(sum(counts))]
LABELS = np.array(
    [label for counts in SOURCES.values() for label in (0, 1) for _ in range(counts[label])]
)
SCORES = np.clip(np.random.default_rng(0).normal(0.3 + 0.3 * LABELS, 0.2), 0, 1)
FAMILIES = ["sd" if name in {"sdxl", "fewer"} else name for name in NAMES]


def pictures(labels: np.ndarray = LABELS, names: Sequence[str] = NAMES) -> Pixels:
    return replace(prepare(labels, names), families=FAMILIES[: len(labels)])


@pytest.fixture(scope="module")
def summary() -> Evaluation:
    return summarize(pictures(), SCORES, fake_above=0.8, real_below=0.35)


def test_each_large_source_the_others_together_and_all_of_them_are_measured(
    summary: Evaluation,
) -> None:
    assert sum(SOURCES["few"]) < FEWEST <= sum(SOURCES["web"])
    assert set(summary.by_source) == {"dfdc", "web", "sdxl", "others"}
    for name, metrics in [*summary.by_source.items(), ("", summary.overall)]:
        its = ["few", "fewer"] if name == "others" else [name]
        chosen = np.array([source in its or not name for source in NAMES])
        assert metrics == measure(LABELS[chosen], SCORES[chosen], 0.8, 0.35)


@pytest.mark.parametrize("family", ["sd", "dfdc"])
def test_a_family_is_told_from_all_real_pictures_and_from_the_hardest_source(
    summary: Evaluation, family: str
) -> None:
    fakes = SCORES[(np.array(FAMILIES) == family) & (LABELS == 1)]
    sources = {name: SCORES[(np.array(NAMES) == name) & (LABELS == 0)] for name in SOURCES}
    areas = {name: roc_auc(sources[name], fakes) for name in ("dfdc", "web")}
    hardest = min(areas, key=lambda name: areas[name].value)
    it = summary.fakes[family]
    assert (it.like, it.look) == (hardest, areas[hardest])
    assert it.all == roc_auc(SCORES[LABELS == 0], fakes)


def test_where_all_sources_of_real_pictures_are_small_none_is_the_hardest() -> None:
    labels = np.repeat([0, 1], [3, 30])
    few = replace(prepare(labels, ["web"] * 3 + ["sd"] * 30), families=["web"] * 3 + ["sd"] * 30)
    it = summarize(few, SCORES[: len(labels)], 0.8, 0.35).fakes["sd"]
    assert (it.like, it.look) == (None, None)


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
    pixels = prepare(np.tile([0, 1], 500), sources)
    summary = summarize(pixels, np.tile([0.1, 0.9], 500), 0.8, 0.35)
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


@pytest.mark.slow
def test_a_name_that_stdout_cannot_say_is_escaped(
    dataset: Path, exported: Path, tmp_path: Path
) -> None:
    """A real process, whose stream is bytes; what looks like markup stays as it is."""
    data = shutil.copytree(dataset, tmp_path / "data")
    for path in sorted(data.glob("test/*/left__*")):
        path.rename(path.with_name(path.name.replace("left", "[b]\u00e9")))
    done = subprocess.run(
        [sys.executable, "-m", "training", "evaluate", "--data", data, "--model", exported],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert rb"[b]\xc3\xa9 " in done.stdout


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
