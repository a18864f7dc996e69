"""The README is true: its commands run, its settings and figures are the real ones."""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest
from _pytest.mark import ParameterSet

from service.model.manifest import Manifest
from service.scoring.detector import Detector
from service.settings import Settings
from tests.conftest import ROOT, SHIPPED, free_port, wait_until_ready
from tests.pictures import PORTRAIT, smooth, write_dataset
from tests.programs import Name, run
from tests.toy import write_photographs

README = (ROOT / "README.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    for line in block.replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]

# Commands that another check runs: where, and how they stand there.
ELSEWHERE = {
    "make test": (".ci/run", "\nmake test\n"),
    "make test-browser": (".ci/run", "  make test-browser\n"),
    "DEEPFAKE_ANONYMOUS=true .venv/bin/serve run deploy/ray-serve.yaml": (
        "tests/deploy/test_ray_serve.py",
        '[str(BIN / "serve"), "run", ',
    ),
    ".venv/bin/deepfake bulk photos --output cluster-scores --address 127.0.0.1:6379": (
        "tests/service/bulk/test_nodes.py",
        '"--address", address)',
    ),
    ".venv/bin/python -m training train --data faces --architecture texture_mobilenet"
    " --weights mobilenet_v2.weights.h5 --without sfhqt2i"
    " --like runs/20260101-120000-texture_mobilenet": (
        "tests/training/fitting/test_alike.py",
        'train("--without", "left", "--like", whole.folder)',
    ),
    "docker compose up": ("tests/container/test_container.py", '"up", "--detach", "--build"'),
    "docker build --target slim --tag deepfake-detector:slim .": (
        "tests/container/test_slim.py",
        '"build", "--target", "slim", "--tag", IMAGE, "."',
    ),
}
# The benchmarks' own lengths make them an hour's work; this shows that they run. Each peer answers
# in tests/benchmarks/test_contenders.py.
SHORT = {
    **{"ROUNDS": "1", "DURATION": "1", "CONCURRENCY": "2", "REQUESTS": "100", "ALONE": "1"},
    **{"FOLDS": "2", "EPOCHS": "1"},
}
NEEDS_A_CLUSTER = {"kubectl apply --kustomize deploy/kubernetes/base"}  # tests/deploy has the rest
NEEDS_A_GPU = {"docker compose up gpu"}
STARTS_THE_SERVER = "make run"
SLOW = re.compile(
    r"make (train|evaluate|bench|screenshots)|-m training|deepfake (bulk|calibrate|info)"
    r"|scores\.csv|THRESHOLDS=|import pandas|--format json"
)

# Of these the quick commands show that the installed programs start; the slow ones are forks.
PROGRAMS: dict[str, Name] = {
    ".venv/bin/deepfake ": "deepfake",
    ".venv/bin/python -m training ": "training",
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout beside the pictures that the README speaks of.

    Its .venv is this one, marked as up to date, so that nothing is installed twice.
    """
    clone = tmp_path_factory.mktemp("clone") / "deepfake"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).splitlines():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, clone / name)
    (clone / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.suffix != ".stamp":
            (clone / ".venv" / path.name).symlink_to(path)
    for name in ("run.stamp", "dev.stamp"):
        (clone / ".venv" / name).touch()
    PORTRAIT.save(clone / "face.jpg")
    (clone / "photos").mkdir()
    smooth(1, side=200).save(clone / "photos" / "one.png")
    write_photographs(clone / "real-photos", 99, coldest=0.1)
    write_dataset(clone / "faces", train=16, other=8)
    backbone = keras.applications.MobileNetV2(include_top=False, weights=None)
    backbone.save_weights(clone / "mobilenet_v2.weights.h5")
    return clone


@pytest.fixture(scope="module")
def port(clone: Path) -> Iterator[int]:
    """`make run` in the clone, on a free port; ended like with Ctrl-C."""
    port = free_port()
    process = subprocess.Popen(
        STARTS_THE_SERVER.split(),
        cwd=clone,
        env={**os.environ, "DEEPFAKE_PORT": str(port)},
        start_new_session=True,
    )
    wait_until_ready(f"http://127.0.0.1:{port}", process)
    yield port
    os.killpg(process.pid, signal.SIGINT)
    process.wait(30)


def test_the_two_commands_that_do_all_the_set_up_are_there() -> None:
    assert STARTS_THE_SERVER in COMMANDS
    assert "make test" in COMMANDS


def marked(command: str) -> ParameterSet:
    """A command, as slow if it trains, measures, starts Ray or loads the model once more."""
    return pytest.param(command, marks=[pytest.mark.slow] if SLOW.search(command) else [])


@pytest.mark.parametrize("command", [marked(command) for command in COMMANDS])
def test_every_command_runs(command: str, clone: Path, port: int, toys: Path) -> None:
    if command == STARTS_THE_SERVER or command in NEEDS_A_GPU:
        return
    if command in NEEDS_A_CLUSTER:
        assert (ROOT / command.split()[-1]).exists()
        return
    if command in ELSEWHERE:
        place, call = ELSEWHERE[command]
        assert call in (ROOT / place).read_text()
        return
    light = {"DEEPFAKE_MODEL": str(toys)}
    command = command.replace("localhost:8000", f"localhost:{port}")
    for network in ("baseline_cnn", "texture_mobilenet"):  # whose runs earlier commands made
        folder = next((clone / "runs").glob(f"*-{network}"), clone)
        command = command.replace(f"runs/20260101-120000-{network}", str(folder))
    done = execute(command, clone, light if "bench" in command else {})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def execute(command: str, clone: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for words, name in PROGRAMS.items():
        if command.startswith(words) and SLOW.search(command):
            return run(name, *shlex.split(command.removeprefix(words)), cwd=clone)
    return subprocess.run(
        ["bash", "-euc", command],
        cwd=clone,
        env={**os.environ, **SHORT, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_clients_example_runs(clone: Path, port: int) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    code = code.replace("localhost:8000", f"localhost:{port}")
    done = subprocess.check_output([sys.executable, "-c", code], cwd=clone, text=True)
    answer, face, photo = done.splitlines()
    assert answer.split()[0] in ("real", "uncertain", "fake")
    assert face.startswith("face.jpg verdict=<Verdict.")
    assert photo.startswith("photos/one.png verdict=<Verdict.")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    row = next(line for line in README.splitlines() if f"`DEEPFAKE_{name.upper()}`" in line)
    assert f"`{field.default}`" in row
    assert str(field.description) in row


def test_the_figures_are_the_shipped_models() -> None:
    manifest = Manifest.read(SHIPPED)
    assert manifest.study is not None
    assert manifest.study.unseen is not None
    metrics, unseen = manifest.metrics, manifest.study.unseen
    for name, known in metrics.fakes.items():
        left_out = unseen.families[name]
        areas = f"{known.all.value:.3f} | {left_out.roc_auc.value:.3f}"
        assert f"| {name} | {left_out.fakes} | {areas} |" in README
    fakes = sum(family.fakes for family in unseen.families.values())
    assert metrics.overall.roc_auc is not None
    areas = f"{metrics.overall.roc_auc.value:.3f} | {unseen.mean_auc:.3f}"
    assert f"| **all**; mean of the families | {fakes} | {areas} |" in README
    assert manifest.study.unseen_heads is not None
    heads = manifest.study.unseen_heads.mean_auc
    assert f"lacks one family alone has {heads:.3f} on the mean of the families" in README


def test_the_real_pictures_of_its_tables_are_the_shipped_models() -> None:
    study = Manifest.read(SHIPPED).study
    assert study is not None
    assert study.unseen is not None
    largest = sorted(study.unseen.sources.items(), key=lambda it: it[1].pictures)[-12:]
    for name, judged in [*largest, ("**all**", study.unseen.all_sources)]:
        shares = f"{judged.fake.value:.3f} | {judged.real.value:.3f}"
        assert f"| {name} | {judged.pictures} | {shares} |" in README


def test_the_rates_in_its_text_are_the_shipped_models() -> None:
    overall = Manifest.read(SHIPPED).metrics.overall
    for words, rate in {
        "of the real pictures are called `fake`": overall.false_positive_rate,
        "of the fakes are called `fake`": overall.true_positive_rate,
        "of the fakes are called `real`": overall.miss_rate,
    }.items():
        assert rate is not None
        assert f"{100 * rate.value:.1f} % {words}" in " ".join(README.split())


def test_the_example_answer_is_the_shipped_models(clone: Path, detector: Detector) -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", README, flags=re.DOTALL)[0])
    data = (clone / "face.jpg").read_bytes()
    answer = asyncio.run(detector.analyse(data)).prediction.model_dump(mode="json")
    assert set(shown) == {*answer, "request_id"}
    for name in ("verdict", "label", "warnings", "model"):
        assert shown[name] == answer[name]
    (face,), (its,) = shown["faces"], answer["faces"]
    assert (face["box"], face["verdict"]) == (its["box"], its["verdict"])
    for name in ("detection_score", "fake_probability"):
        assert face[name] == pytest.approx(its[name], abs=5e-5)
    assert shown["fake_probability"] == pytest.approx(answer["fake_probability"], abs=5e-5)
    assert f"Predicted: {answer['label']} Image\nConfidence: {answer['confidence']:.4f}" in README


@pytest.mark.parametrize(
    "target", re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M)
)
def test_every_target_is_printed_by_a_bare_make(target: str) -> None:
    printed = subprocess.check_output(["make"], cwd=ROOT, text=True)
    assert re.search(rf"^{target} +\w", printed, re.M)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
