"""The card: written from what was measured, into model.json and as Markdown."""

import shutil
from pathlib import Path

import pytest

from service.model.loaded import Model
from service.model.manifest import Manifest
from tests.conftest import run_training
from training.data.distortions import HARSH, SLIGHT
from training.judging.card import with_earlier


@pytest.fixture(scope="module")
def published(
    dataset: Path, exported: Path, trained_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with a copy of the artifact, in which its card was written."""
    cwd = tmp_path_factory.mktemp("published")
    shutil.copytree(exported, cwd / "tiny" / "1")
    options = ("--run", trained_run, "--compare", trained_run)
    model = ("--model", Path("tiny/1"))
    done = run_training("evaluate", "--data", dataset, *model, "--card", *options, cwd=cwd)
    assert done.stdout.strip().splitlines()[-1] == "MODEL_CARD.md"
    return cwd


@pytest.fixture(scope="module")
def manifest(published: Path) -> Manifest:
    return Manifest.read(published / "tiny" / "1")


@pytest.fixture(scope="module")
def card(published: Path) -> str:
    return (published / "MODEL_CARD.md").read_text()


@pytest.mark.slow
def test_the_service_still_takes_the_artifact(published: Path) -> None:
    assert Model.latest(published / "tiny").manifest.study is not None


@pytest.mark.slow
def test_nothing_but_the_results_changed_in_model_json(exported: Path, manifest: Manifest) -> None:
    before = Manifest.read(exported)
    assert before.study is None
    assert manifest.model_copy(update={"study": None}) == before


@pytest.mark.slow
def test_every_distortion_is_measured(manifest: Manifest) -> None:
    assert manifest.study is not None
    assert set(manifest.study.robustness) == set(HARSH)
    for metrics in manifest.study.robustness.values():
        assert (metrics.real, metrics.fake) == (20, 20)


@pytest.mark.slow
def test_distortions_matter(manifest: Manifest) -> None:
    """At a quarter of the size the stripes that make a fake are gone."""
    assert manifest.study is not None
    quarter, plain = manifest.study.robustness["quarter size"], manifest.metrics.overall
    assert quarter.roc_auc is not None
    assert plain.roc_auc is not None
    assert quarter.roc_auc.value < plain.roc_auc.value


@pytest.mark.slow
def test_how_steady_it_is_is_measured(manifest: Manifest) -> None:
    assert manifest.study is not None
    assert set(manifest.study.steadiness) == set(SLIGHT)
    for it in manifest.study.steadiness.values():
        assert it.flipped is not None
        assert 0 <= it.flipped.value <= 0.5


def test_what_an_earlier_card_says_stays_unless_it_was_measured_again() -> None:
    before = {"unseen": {"a": 1}, "unseen_heads": {"b": 1}, "compared": {"n": 1}, "robustness": 1}
    measured = {"unseen": None, "unseen_heads": {"b": 2}, "compared": {"m": 2}, "robustness": 2}
    assert with_earlier(before, measured) == {
        "unseen": {"a": 1},
        "unseen_heads": {"b": 2},
        "compared": {"n": 1, "m": 2},
        "robustness": 2,
    }
    assert with_earlier({}, measured) == measured


@pytest.mark.slow
def test_of_a_run_without_folds_nothing_is_said_of_strangers(manifest: Manifest, card: str) -> None:
    assert manifest.study is not None
    assert manifest.study.unseen is None
    assert manifest.study.unseen_heads is None
    assert "fitted on the validation split" in card


@pytest.mark.slow
def test_another_detector_is_compared(manifest: Manifest) -> None:
    """It is the run that the artifact was made of: the same figures."""
    assert manifest.study is not None
    (compared,) = manifest.study.compared.values()
    assert list(manifest.study.compared) == ["baseline_cnn"]
    assert compared.roc_auc == manifest.metrics.overall.roc_auc
    assert compared.ece == pytest.approx(manifest.metrics.overall.ece, abs=1e-6)


@pytest.mark.slow
def test_the_card_holds_the_figures(card: str, manifest: Manifest) -> None:
    overall = manifest.metrics.overall.roc_auc
    assert overall is not None
    assert f"{overall.value:.3f} ({overall.low:.3f}-{overall.high:.3f})" in card
    for source in ("left", "right", "**all**"):
        assert f"| {source} | " in card
    for name in HARSH | SLIGHT:
        assert f"| {name} | " in card
    assert f"| {manifest.thresholds.fake_above:.3f} and more |" in card


@pytest.mark.slow
def test_the_card_shows_plots_that_are_there(card: str, published: Path) -> None:
    for plot in ("roc.png", "reliability.png"):
        assert f"(docs/model/{plot})" in card
        assert (published / "docs" / "model" / plot).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_every_table_of_the_card_is_whole(card: str) -> None:
    columns = 0
    for line in card.splitlines():
        cells = line.count("|")
        assert cells == columns or not line.startswith("|") or columns == 0, line
        columns = cells if line.startswith("|") else 0
    assert "{" not in card


def test_a_card_is_written_of_artifacts_alone(
    dataset: Path, trained_run: Path, tmp_path: Path
) -> None:
    options = ("--data", dataset, "--model", trained_run, "--card")
    done = run_training("evaluate", *options, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: {trained_run}: no artifact")


@pytest.mark.parametrize("option", ["--run", "--compare"])
def test_what_is_for_the_card_alone_is_not_ignored_without_it(
    option: str, dataset: Path, tmp_path: Path
) -> None:
    options = ("--data", dataset, "--model", tmp_path, option, tmp_path)
    done = run_training("evaluate", *options, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "--card" in done.stderr
