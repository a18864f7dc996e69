"""`deepfake calibrate`: three files of a folder, whatever is wrong in it, also when resumed."""

import json
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from service.command import cli
from service.model.loaded import Model
from service.model.manifest import Manifest
from service.model.own import OwnThresholds
from service.scoring.detector import Detector
from tests import toy
from tests.conftest import ROUNDING
from tests.pictures import smooth
from tests.programs import Program, run


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy.write_photographs(tmp_path_factory.mktemp("calibrating") / "real", 99, coldest=0.5)


@pytest.fixture(scope="module")
def fakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calibrating") / "fakes"
    return toy.write_photographs(folder, 19, coldest=1, seed=1)


@pytest.fixture(scope="module")
def loaded(toys: Path) -> Detector:
    return Detector(Model.latest(toys))


@pytest.fixture
def here(loaded: Detector, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line in this process, with the toy that is loaded."""
    monkeypatch.setattr(cli, "_detector", lambda **_: loaded)
    return CliRunner()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "thresholds.json"


def calibrate(here: CliRunner, *words: str | Path) -> Result:
    return here.invoke(cli.app, ["calibrate", *map(str, words)])


def ended(monkeypatch: pytest.MonkeyPatch, _here: CliRunner, *words: str | Path) -> str:
    """The line that it ends with."""
    monkeypatch.setattr("sys.argv", ["deepfake", "calibrate", *map(str, words)])
    with pytest.raises(SystemExit) as raised:
        cli.run()
    return str(raised.value.code)


def test_it_writes_thresholds_a_report_and_a_plot(
    here: CliRunner, real: Path, out: Path, toys: Path
) -> None:
    done = calibrate(here, real, "--out", out)
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.parent.iterdir()} == {
        *("thresholds.json", "thresholds.md", "thresholds.png")
    }
    own, manifest = OwnThresholds.read(out), Manifest.read(toys / "1")
    assert own.model.weights_sha256 == manifest.weights_sha256
    assert own.thresholds.real_below == manifest.thresholds.real_below
    assert own.thresholds.fake_above > max(own.real_scores)
    assert len(own.real_scores) == own.promise.false_alarms.pictures == 99
    assert done.stdout == f"{out}: {own}\n"
    assert "by 99 real pictures, of whose kind at most 1 % are called fake" in done.stdout
    assert "![The scores and both thresholds](thresholds.png)" in out.with_suffix(".md").read_text()
    with Image.open(out.with_suffix(".png")) as plot:
        assert plot.format == "PNG"


def test_no_picture_and_no_name_stays_in_it(here: CliRunner, real: Path, out: Path) -> None:
    calibrate(here, real, "--out", out)
    for path in (out, out.with_suffix(".md")):
        assert not [name for name in real.iterdir() if name.name in path.read_text()]
        assert str(real) not in path.read_text()


def test_with_fakes_it_says_how_many_are_missed(
    here: CliRunner, real: Path, fakes: Path, out: Path
) -> None:
    done = calibrate(here, real, "--out", out, "--fakes", fakes, "--false-alarms", "0.05")
    assert done.exit_code == 0, done.output
    own = OwnThresholds.read(out)
    assert own.promise.false_alarms.at_most == 0.05
    assert own.promise.misses
    assert (own.promise.misses.at_most, own.promise.misses.pictures) == (0.05, 19)
    assert own.roc_auc
    assert 0.5 < own.roc_auc.low < own.roc_auc.value < own.roc_auc.high


def test_what_is_wrong_with_some_files_does_not_stop_it(
    here: CliRunner, real: Path, out: Path
) -> None:
    """One is broken, one repeats another, one has no face, one is hidden."""
    folder = Path(shutil.copytree(real, out.parent / "copy"))
    (folder / "broken.png").write_bytes((folder / "000.png").read_bytes()[:300])
    shutil.copy(folder / "000.png", folder / "again.png")
    shutil.copy(folder / "000.png", folder / ".hidden.png")
    smooth(1, side=200).save(folder / "noface.png")
    done = calibrate(here, folder, "--out", out)
    assert done.exit_code == 0, done.output
    assert f"{folder}/broken.png: The PNG data is damaged or cut short.\n" in done.stderr
    assert f"Left out as hidden: 1, such as {folder}/.hidden.png\n" in done.stderr
    assert (
        f"{folder}: 102 files: 99 count, 1 are left out, 1 repeat another one, 1 cannot be scored\n"
    ) in done.stderr
    assert "warning: Files that repeat another one, which do not count: 1.\n" in done.stderr
    assert len(OwnThresholds.read(out).real_scores) == 99
    assert "Files that could not be scored: 1." in out.with_suffix(".md").read_text()


def test_too_few_pictures_is_one_line_and_adding_some_goes_on(
    here: CliRunner, real: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(real, out.parent / "copy"))
    (folder / "000.png").unlink()
    assert ended(monkeypatch, here, folder, "--out", out) == (
        "error: 98 real pictures are too few to promise 0.01 of false alarms: 99 or more are needed"
    )
    assert not out.exists()
    shutil.copy(real / "000.png", folder)
    assert calibrate(here, folder, "--out", out).exit_code == 0
    assert [path.name for path in out.parent.glob("*.scores")] == []


def test_an_interrupted_run_is_gone_on_with_to_the_same_thresholds(
    here: CliRunner, real: Path, out: Path, toys: Path
) -> None:
    journal = out.with_name("thresholds.json.scores")
    process = Program(
        *("deepfake", "calibrate", real, "--out", out), environment={"DEEPFAKE_MODEL": str(toys)}
    )
    while not journal.exists() or journal.read_text().count("\n") < 20:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    before = journal.read_bytes()
    assert before.count(b"\n") < 99, "it was interrupted before its end"
    journal.write_bytes(before + b'{"sha256":"half')
    assert calibrate(here, real, "--out", out).exit_code == 0
    assert not journal.exists()
    whole = out.with_name("whole.json")
    calibrate(here, real, "--out", whole)
    mine, theirs = (OwnThresholds.read(path).real_scores for path in (out, whole))
    assert mine == pytest.approx(theirs, abs=ROUNDING)


def test_pictures_that_were_scored_are_not_scored_again(
    here: CliRunner, real: Path, out: Path, monkeypatch: pytest.MonkeyPatch, loaded: Detector
) -> None:
    calibrate(here, real, "--out", out, "--false-alarms", "0.001")  # too few, so scores are kept
    monkeypatch.setattr(loaded, "analyse", None)
    assert calibrate(here, real, "--out", out).exit_code == 0


def test_thresholds_in_force_do_not_matter_to_new_ones(real: Path, out: Path, toys: Path) -> None:
    """A file that the setting names may be of an older model, or gone."""
    environment = {"DEEPFAKE_MODEL": str(toys), "DEEPFAKE_THRESHOLDS": "gone.json"}
    done = run("deepfake", "calibrate", real, "--out", out, timeout=120, environment=environment)
    assert done.returncode == 0, done.stderr
    environment["DEEPFAKE_THRESHOLDS"] = str(out)
    words = ("predict", real / "000.png", "--format", "json")
    done = run("deepfake", *words, timeout=120, environment=environment)
    (answer,) = json.loads(done.stdout)
    assert answer["p_value"] == OwnThresholds.read(out).p_value(answer["fake_probability"])


def test_a_folder_that_is_not_there_is_told(
    here: CliRunner, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ended(monkeypatch, here, out.parent / "nowhere", "--out", out)
    assert line.startswith("error: 0 real pictures are too few")


def test_a_place_that_cannot_be_written_is_told_before_anything_is_scored(
    here: CliRunner, real: Path, out: Path, monkeypatch: pytest.MonkeyPatch, loaded: Detector
) -> None:
    monkeypatch.setattr(loaded, "analyse", None)
    out = out.parent / "nowhere" / "thresholds.json"
    line = ended(monkeypatch, here, real, "--out", out)
    assert line == f"error: {out}.scores: No such file or directory"


def test_the_report_cannot_be_written_over_the_thresholds(here: CliRunner, real: Path) -> None:
    done = calibrate(here, real, "--out", "thresholds.md")
    assert done.exit_code == 2
    assert "--out is to end in .json" in done.stderr


@pytest.mark.parametrize("rate", ["0", "0.6", "-1", "much"])
def test_a_rate_that_is_none_is_refused(here: CliRunner, real: Path, out: Path, rate: str) -> None:
    done = calibrate(here, real, "--out", out, "--false-alarms", rate)
    assert done.exit_code == 2
    assert "--false-alarms" in done.stderr


def test_without_the_extra_one_line_says_what_to_install(
    here: CliRunner, real: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("service.calibration")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "service.command.calibrate", raising=False)
    monkeypatch.delattr("service.command.calibrate", raising=False)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    line = ended(monkeypatch, here, real, "--out", out)
    assert re.fullmatch(
        r"error: matplotlib\S* is missing: pip install 'deepfake-detector\[calibrate\]'", line
    )
