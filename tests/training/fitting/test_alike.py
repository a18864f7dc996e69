"""A training without some sources that takes over what another has seen of the rest."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import run_training
from training.errors import RunError
from training.fitting.alike import require_alike
from training.fitting.run import Run, RunConfig

NETWORK = "texture_mobilenet"


def a_run(folder: Path, seed: int = 0, without: tuple[str, ...] = ()) -> Run:
    return Run(folder, RunConfig(NETWORK, 6, seed, 32, "data", list(without), ""))


def test_a_run_of_more_sources_is_alike(tmp_path: Path) -> None:
    require_alike(a_run(tmp_path), NETWORK, 0, ["sfhq"])
    require_alike(a_run(tmp_path, without=("sfhq",)), NETWORK, 0, ["sfhq", "web"])


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"seed": 1}, "of texture_mobilenet, seed 1"),
        ({"without": ("web", "dfdc", "sfhq")}, "was not shown dfdc, web"),
    ],
)
def test_another_seed_or_a_lacking_source_is_refused(
    run: dict[str, object], message: str, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match=message):
        require_alike(a_run(tmp_path, **run), NETWORK, 0, ["sfhq"])  # type: ignore[arg-type]


def test_a_network_that_looks_anew_each_time_keeps_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path, RunConfig("mobilenet_v2", 6, 0, 32, "data", [], ""))
    with pytest.raises(RunError, match="mobilenet_v2: keeps nothing that it has seen"):
        require_alike(run, "mobilenet_v2", 0, ["sfhq"])


@pytest.mark.slow
def test_a_training_without_a_source_uses_what_another_has_seen(default_run: Path) -> None:
    """The default network, from its heads to its end, as a user trains it."""
    cwd = default_run.parent.parent
    whole = Run.open(default_run)
    before = {path.name: path.stat().st_mtime_ns for path in whole.draws.iterdir()}
    assert "recognition_texture-0.npy" in before

    def train(*more: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        what = ("--data", cwd / "faces", "--weights", cwd / "backbone.weights.h5")
        options = ("--architecture", NETWORK, "--epochs", "1")
        return run_training("train", *what, *options, *more, cwd=cwd, check=check)

    done = train("--without", "left", "--like", whole.folder)
    fewer = Run.open(cwd / done.stdout.strip().splitlines()[-1])
    assert fewer.config.like == str(whole.folder)
    assert fewer.config.without == ["left"]
    assert not fewer.draws.exists()
    assert before == {path.name: path.stat().st_mtime_ns for path in whole.draws.iterdir()}
    assert (fewer.folder / "calibration.json").is_file()

    refused = train("--like", fewer.folder, check=False)
    assert refused.stderr.splitlines()[-1] == f"error: {fewer.folder}: was not shown left"
