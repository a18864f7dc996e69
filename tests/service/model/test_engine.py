"""Both engines give the same, and which one it is depends on what is installed alone."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from service.errors import ArtifactError
from service.model import engine, loaded, openvino_engine, openvino_graph, tensorflow_engine
from service.model.loaded import Model
from service.pictures.imaging import Pixels
from tests.conftest import ROOT, ROUNDING, SHIPPED
from tests.pictures import PORTRAIT

Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def small() -> Model:
    """The shipped model under OpenVINO."""
    return under_openvino(SHIPPED)


def under_openvino(folder: Path) -> Model:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaded, "load_engine", openvino_engine.load)
        return Model(folder)


def pictures(count: int, side: int) -> Pixels:
    """Pieces of a portrait, at all scales, each with its own noise; every fifth nothing else."""
    random, made = np.random.default_rng(count), []
    for number in range(count):
        length = int(random.integers(side // 2, min(PORTRAIT.size)))
        left, top = (int(random.integers(0, it - length + 1)) for it in PORTRAIT.size)
        piece = PORTRAIT.crop((left, top, left + length, top + length)).resize((side, side))
        noise = random.normal(0, random.uniform(0, 60), (side, side, 3))
        made.append(noise + (128 if number % 5 == 4 else np.asarray(piece)))
    return np.asarray(np.clip(np.stack(made), 0, 255), np.uint8)


def assert_alike(one: Model, other: Model, images: Pixels) -> None:
    assert np.abs(one.score(images) - other.score(images)).max() <= ROUNDING
    first, second = one.explain(images), other.explain(images)
    assert set(first.dtype.names or ()) == set(second.dtype.names or ())
    for field in ("fake_probability", "heatmap"):
        assert first[field].shape == second[field].shape
        assert first[field].dtype == second[field].dtype == np.float32
        assert np.abs(first[field] - second[field]).max() <= ROUNDING, field


@pytest.mark.parametrize("count", [1, 3, 20])
def test_both_engines_give_the_same(count: int, model: Model, small: Model) -> None:
    assert_alike(model, small, pictures(count, model.manifest.input_side))


def test_so_they_do_of_a_model_of_another_kind(toys: Path) -> None:
    (folder,) = toys.iterdir()
    other = under_openvino(folder)
    assert_alike(Model(folder), other, pictures(5, other.manifest.input_side))


def test_so_they_do_of_what_training_exports(exported: Path) -> None:
    other = under_openvino(exported)
    assert_alike(Model(exported), other, pictures(5, other.manifest.input_side))


def test_neighbours_and_callers_change_nothing_at_all(small: Model) -> None:
    images = pictures(12, small.manifest.input_side)
    alone = np.concatenate([small.score(image[None]) for image in images])
    with ThreadPoolExecutor(8) as callers:
        together = list(callers.map(small.score, [images] * 8))
        explained = list(callers.map(small.explain, [images] * 8))
    for scores, records in zip(together, explained, strict=True):
        assert np.array_equal(scores, alone)
        assert np.array_equal(records, explained[0])


def test_an_answer_is_the_callers_own(small: Model) -> None:
    """The engine writes the next one elsewhere."""
    images = pictures(2, small.manifest.input_side)
    first = small._engine.explain(images[:1])
    kept = {name: array.copy() for name, array in first.items()}
    small._engine.explain(images[1:])
    assert all(np.array_equal(first[name], kept[name]) for name in kept)


def test_tensorflow_is_the_engine_where_it_is_installed() -> None:
    assert engine.installed() is tensorflow_engine.load
    assert loaded.load_engine is tensorflow_engine.load


def test_openvino_is_where_tensorflow_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert engine.installed() is openvino_engine.load


WITHOUT_TENSORFLOW = """
import sys
for name in ("tensorflow", "keras", "h5py", "ml_dtypes", "absl", "google.protobuf", "grpc"):
    sys.modules[name] = None
from service.command.cli import run
run()
"""


def test_without_tensorflow_all_that_scores_works(tmp_path: Path, face: bytes) -> None:
    """In a process of its own, which can import nothing that comes with TensorFlow."""
    (tmp_path / "face.jpg").write_bytes(face)
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, "predict", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Predicted: REAL Image" in done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))


def garble(name: str | Path) -> Change:
    return lambda folder: (folder / name).write_bytes(b"garbage")


def remove(name: str | Path) -> Change:
    return lambda folder: (folder / name).unlink()


def serve_by_default_what_scores(folder: Path) -> None:
    """As the SavedModel itself does: without a heatmap."""
    (graph,) = SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs
    (folder / openvino_graph.PLACE).write_bytes(graph.SerializeToString())


def change_side(folder: Path) -> None:
    path = folder / "assets.extra" / "model.json"
    path.write_text(path.read_text().replace('"input_side": 224', '"input_side": 96'))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (garble("variables/variables.index"), "OpenVINO cannot load it: "),
        (garble(openvino_graph.PLACE), "OpenVINO cannot load it: "),
        (remove(openvino_graph.PLACE), "OpenVINO cannot load it: "),
        (serve_by_default_what_scores, "the signature explain does not fit model.json"),
        (change_side, "the signature explain does not fit model.json"),
    ],
)
def test_a_broken_artifact_is_refused_in_one_line(copy: Path, damage: Change, reason: str) -> None:
    damage(copy)
    with pytest.raises(ArtifactError) as caught:
        under_openvino(copy)
    assert str(caught.value).startswith(f"{copy}: {reason}")
    assert "\n" not in str(caught.value)
