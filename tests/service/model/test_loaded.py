"""The artifact: what is served equals what was exported, and a broken one is refused."""

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from service.errors import ArtifactError
from service.model.cores import available_cores
from service.model.loaded import Model
from service.model.manifest import Manifest, newest
from service.model.tensorflow_engine import PART
from service.pictures.imaging import Pixels
from tests.conftest import ROUNDING, SHIPPED

MANIFEST = Path("assets.extra/model.json")
WEIGHTS = Path("variables/variables.data-00000-of-00001")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped version folder, to be damaged."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "deepfake" / SHIPPED.name))


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / MANIFEST
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_scores_equal_those_of_the_saved_model_called_directly(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(0).integers(0, 255, (5, side, side, 3), np.uint8)
    raw = tf.saved_model.load(str(SHIPPED))
    direct = raw.signatures["serving_default"](image=tf.constant(images))["fake_probability"]
    assert np.abs(model.score(images) - direct.numpy()).max() <= 1e-6


def test_the_score_of_a_picture_does_not_depend_on_its_neighbours(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(1).integers(0, 255, (3, side, side, 3), np.uint8)
    alone = np.concatenate([model.score(image[None]) for image in images])
    assert np.abs(model.score(images) - alone).max() <= ROUNDING


@pytest.mark.parametrize("count", [1, 2, PART, PART + 1, 4 * PART, 4 * PART + 3])
def test_a_batch_is_divided_among_the_cores(
    count: int, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many parts as there are cores are under way at a time, in order, none too large."""
    workers = min(available_cores(), count)
    together, sizes = threading.Barrier(workers, timeout=30), list[int]()

    def score(_signature: object, images: Pixels) -> dict[str, Pixels]:
        if len(sizes) < workers:
            sizes.append(len(images))
            together.wait()  # would never end, if they came one after the other
        return {"fake_probability": images[:, 0, 0, 0]}

    monkeypatch.setattr(model, "_padded", score)
    side = model.manifest.input_side
    images = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones(
        (side, side, 3), np.uint8
    )
    assert model.score(images).tolist() == list(range(count))
    assert len(sizes) == workers
    assert max(sizes) <= PART


def test_explain_gives_the_same_probability_and_a_heatmap(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(2).integers(0, 255, (2, side, side, 3), np.uint8)
    raw = tf.saved_model.load(str(SHIPPED))
    explained = raw.signatures["explain"](image=tf.constant(images))
    heatmap = explained["heatmap"].numpy()
    assert np.abs(explained["fake_probability"].numpy() - model.score(images)).max() <= 1e-6
    assert heatmap.ndim == 3
    assert heatmap.min() >= 0
    assert heatmap.max() <= 1


def test_the_highest_version_is_served(copy: Path) -> None:
    newer = Path(shutil.copytree(copy, copy.parent / "10"))
    edit_manifest(newer, lambda content: content.update(version=10))
    shutil.copytree(copy, copy.parent / ".writing-abc")
    assert Model.latest(copy.parent).manifest.version == 10


def link_the_model(copy: Path) -> Path:
    (link := copy.parent.parent / "current").symlink_to("deepfake")
    return link


def link_a_release(copy: Path) -> Path:
    """As those who deploy do: the link is the name, what it leads to bears a number."""
    release = copy.parent.parent / "releases" / "20260101"
    release.parent.mkdir()
    copy.parent.rename(release)
    (link := copy.parent.parent / "deepfake").symlink_to(release)
    return link


def link_the_version(copy: Path) -> Path:
    store = copy.parent.parent / "3f9c"
    copy.rename(store)
    copy.symlink_to(store)
    return copy.parent


def mount_a_volume(copy: Path) -> Path:
    """As Kubernetes does: each name leads through one link, which is exchanged at a change."""
    mounted = copy.parent
    (real := mounted / "..2026_01_01").mkdir()
    copy.rename(real / copy.name)
    (mounted / "..data").symlink_to(real.name)
    copy.symlink_to(Path("..data") / copy.name)
    return mounted


@pytest.mark.parametrize(
    "arrange", [link_the_model, link_a_release, link_the_version, mount_a_volume]
)
def test_a_link_is_what_it_leads_to(copy: Path, arrange: Callable[[Path], Path]) -> None:
    manifest = Model.latest(arrange(copy)).manifest
    assert (manifest.name, str(manifest.version)) == ("deepfake", SHIPPED.name)


def test_what_is_no_version_is_passed_over(copy: Path) -> None:
    root = copy.parent
    (root / "99").write_text("a file")
    (root / "98").symlink_to("nowhere")
    for stray in ("0097", "0", "-96", "95.0", "٩٤", "lost+found"):
        (root / stray).mkdir()
    assert newest(root) == copy


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="nowhere: no such model folder"):
        Model.latest(tmp_path / "nowhere")


def test_a_file_is_no_model_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtifactError, match="file: Not a directory"):
        Model.latest(tmp_path / "file")


def test_a_folder_without_versions_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="holds no version folder"):
        Model.latest(tmp_path)


def remove_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def garble_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text("{")


def drop_thresholds(folder: Path) -> None:
    edit_manifest(folder, lambda content: content.pop("thresholds"))


def swap_labels(folder: Path) -> None:
    edit_manifest(folder, lambda content: content.update(labels=["fake", "real"]))


def change_side(folder: Path) -> None:
    edit_manifest(folder, lambda content: content.update(input_side=96))


def change_version(folder: Path) -> None:
    edit_manifest(folder, lambda content: content.update(version=7))


def change_weights(folder: Path) -> None:
    weights = bytearray((folder / WEIGHTS).read_bytes())
    weights[1000] ^= 1
    (folder / WEIGHTS).write_bytes(weights)


def remove_weights(folder: Path) -> None:
    (folder / WEIGHTS).unlink()


def garble_graph(folder: Path) -> None:
    (folder / "saved_model.pb").write_bytes(b"garbage")


def remove_graph(folder: Path) -> None:
    (folder / "saved_model.pb").unlink()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove_manifest, "model.json: No such file"),
        (garble_manifest, "Invalid JSON"),
        (drop_thresholds, "thresholds: Field required"),
        (swap_labels, "labels.0"),
        (change_side, "does not fit model.json"),
        (change_version, "another artifact, deepfake/7"),
        (change_weights, "not those that model.json names"),
        (remove_weights, "No such file"),
        (garble_graph, "TensorFlow cannot load it"),
        (remove_graph, "TensorFlow cannot load it"),
    ],
)
def test_a_broken_artifact_is_refused_in_one_line(
    copy: Path, damage: Callable[[Path], None], reason: str
) -> None:
    damage(copy)
    with pytest.raises(ArtifactError) as caught:
        Model.latest(copy.parent)
    assert reason in str(caught.value)
    assert str(copy) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_artifact_without_the_signatures_is_refused(copy: Path) -> None:
    tf.saved_model.save(tf.Module(), str(copy.parent / "empty"))
    shutil.copy(copy.parent / "empty" / "saved_model.pb", copy / "saved_model.pb")
    with pytest.raises(ArtifactError, match="has no signature serving_default"):
        Model(copy)


def test_the_shipped_manifest_says_how_good_the_model_is() -> None:
    metrics = Manifest.read(SHIPPED).metrics
    assert metrics.overall.real + metrics.overall.fake == 2719
    assert metrics.overall.roc_auc is not None
    auc = metrics.overall.roc_auc
    assert 0.5 < auc.low < auc.value < auc.high < 1
    assert {"ffhq", "stylegan", "dfdc", "lfwswap"} <= set(metrics.by_source)


@pytest.mark.parametrize("count", [1, 3, 20])
def test_an_explanations_scores_are_those_without_it(model: Model, count: int) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(3).integers(0, 255, (count, side, side, 3), np.uint8)
    explained = model.explain(images)
    assert explained.shape == (count,)
    assert np.abs(explained["fake_probability"] - model.score(images)).max() <= ROUNDING
    heatmaps = explained["heatmap"]
    assert heatmaps.dtype == np.float32
    assert heatmaps.ndim == 3
    assert heatmaps.min() >= 0
    assert heatmaps.max() <= 1


def test_a_heatmap_does_not_depend_on_its_neighbours(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(4).integers(0, 255, (3, side, side, 3), np.uint8)
    alone = np.concatenate([model.explain(image[None]) for image in images])
    assert np.abs(model.explain(images)["heatmap"] - alone["heatmap"]).max() <= 1e-3


def test_no_explanation_is_worked_out_that_nobody_asked_for(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model(copy)
    without = replace(model._engine, explain=lambda _: pytest.fail("nobody asked for it"))
    monkeypatch.setattr(model, "_engine", without)
    side = model.manifest.input_side
    assert model.score(np.zeros((1, side, side, 3), np.uint8)).shape == (1,)
