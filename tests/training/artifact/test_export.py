"""The artifact that training writes is the one that the service takes, the right way round."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from service.model.loaded import Model
from service.model.manifest import Manifest
from tests.conftest import run_training
from tests.pictures import smooth, striped
from training.artifact.export import _manifest, export
from training.errors import RunError
from training.fitting.calibrate import Calibration
from training.fitting.run import Run
from training.judging.evaluate import Evaluation


def test_the_service_takes_it(exported: Path) -> None:
    manifest = Model(exported).manifest
    assert (manifest.name, manifest.version, manifest.architecture) == ("tiny", 1, "baseline_cnn")
    assert manifest.input_side == 128


def test_fakes_score_high_and_reals_low(exported: Path) -> None:
    """Pins which way the sigmoid points: from the folder's names to the served probability."""
    model = Model(exported)
    real = np.stack([np.asarray(smooth(seed, side=128)) for seed in range(900, 920)])
    fake = np.stack([np.asarray(striped(seed, side=128)) for seed in range(900, 920)])
    assert model.manifest.labels == ("real", "fake")
    assert model.score(fake).mean() > 0.5 > model.score(real).mean()


def test_model_json_holds_the_runs_results(exported: Path, trained_run: Path) -> None:
    manifest = Manifest.read(exported)
    calibration = json.loads((trained_run / "calibration.json").read_text())
    metrics = json.loads((trained_run / "evaluation" / "metrics.json").read_text())
    config = json.loads((trained_run / "config.json").read_text())
    assert manifest.metrics.model_dump(mode="json") == metrics
    assert manifest.temperature == calibration["temperature"]
    assert manifest.bias == calibration["bias"]
    assert manifest.thresholds.fake_above == calibration["fake_above"]
    assert manifest.data_fingerprint == config["data_fingerprint"]
    assert (
        manifest.metrics.overall.accuracy
        == Evaluation.read(trained_run / "evaluation").overall.accuracy
    )


def test_each_figure_of_the_calibration_is_in_its_place(
    exported: Path, trained_run: Path, tmp_path: Path
) -> None:
    """Those of the run above may be the same: it tells all pictures apart."""
    calibration = Calibration(temperature=2.0, bias=0.5, fake_above=0.9, real_below=0.1)
    written = _manifest(Run.open(trained_run), calibration, {}, tmp_path / "tiny", 7, exported)
    assert (written["temperature"], written["bias"]) == (2.0, 0.5)
    assert written["thresholds"] == {"fake_above": 0.9, "real_below": 0.1}
    assert (written["name"], written["version"]) == ("tiny", 7)


def test_the_next_export_is_the_next_version(exported: Path, trained_run: Path) -> None:
    done = run_training("export", trained_run, "--out", exported.parent, cwd=trained_run)
    assert Path(done.stdout.strip().splitlines()[-1]) == exported.parent / "2"
    assert Model.latest(exported.parent).manifest.version == 2


def test_an_unfinished_run_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no training run"):
        export(tmp_path, {}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_that_fails_leaves_nothing(
    trained_run: Path, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exported.is_dir()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(OSError, match="disk full"):
        export(trained_run, {}, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_the_artifact_can_be_read_by_another_user(exported: Path) -> None:
    for path in [exported, *exported.rglob("*")]:
        assert path.stat().st_mode & 0o044 == 0o044, path


def test_a_link_lends_its_name_and_strays_are_passed_over(
    trained_run: Path, exported: Path, tmp_path: Path
) -> None:
    metrics = json.loads((exported / "assets.extra" / "model.json").read_text())["metrics"]
    (link := tmp_path / "faces").symlink_to(tmp_path / "releases" / "7")  # is not there yet
    assert export(trained_run, metrics, link) == link / "1"
    (link / "2").touch()
    (link / "0009").mkdir()
    (link / "20260101").write_text("a file")
    assert export(trained_run, metrics, link) == link / "3"
    manifest = Model.latest(link).manifest
    assert (manifest.name, manifest.version) == ("faces", 3)
    assert (tmp_path / "releases" / "7" / "3" / "saved_model.pb").is_file()


def test_what_can_be_no_folder_is_refused(
    trained_run: Path, tmp_path: Path, exported: Path
) -> None:
    assert exported.is_dir()
    (file := tmp_path / "file").touch()
    (link := tmp_path / "link").symlink_to(file)
    for out in (file, link, file / "deepfake"):
        with pytest.raises(RunError, match=f"^{out}: "):
            export(trained_run, {}, out)
