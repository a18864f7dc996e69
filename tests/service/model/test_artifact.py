"""The artifact's folder: the highest version is served, and a broken one is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from service.errors import ArtifactError
from service.model.loaded import Model
from service.model.manifest import Manifest, newest
from tests.conftest import SHIPPED

MANIFEST = Path("assets.extra/model.json")
WEIGHTS = Path("variables/variables.data-00000-of-00001")


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / MANIFEST
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_the_highest_version_is_served(toy_version: Path) -> None:
    ninth = toy_version.rename(toy_version.parent / "9")  # which comes later by its letters
    edit_manifest(ninth, lambda content: content.update(version=9))
    newer = Path(shutil.copytree(ninth, ninth.parent / "10"))
    edit_manifest(newer, lambda content: content.update(version=10))
    shutil.copytree(ninth, ninth.parent / ".writing-abc")
    assert Model.latest(ninth.parent).manifest.version == 10


def link_the_model(version: Path) -> Path:
    (link := version.parent.parent / "current").symlink_to("deepfake")
    return link


def link_a_release(version: Path) -> Path:
    """As those who deploy do: the link is the name, what it leads to bears a number."""
    release = version.parent.parent / "releases" / "20260101"
    release.parent.mkdir()
    version.parent.rename(release)
    (link := version.parent.parent / "deepfake").symlink_to(release)
    return link


def link_the_version(version: Path) -> Path:
    store = version.parent.parent / "3f9c"
    version.rename(store)
    version.symlink_to(store)
    return version.parent


def mount_a_volume(version: Path) -> Path:
    """As Kubernetes does: each name leads through one link, which is exchanged at a change."""
    mounted = version.parent
    (real := mounted / "..2026_01_01").mkdir()
    version.rename(real / version.name)
    (mounted / "..data").symlink_to(real.name)
    version.symlink_to(Path("..data") / version.name)
    return mounted


@pytest.mark.parametrize(
    "arrange", [link_the_model, link_a_release, link_the_version, mount_a_volume]
)
def test_a_link_is_what_it_leads_to(toy_version: Path, arrange: Callable[[Path], Path]) -> None:
    manifest = Model.latest(arrange(toy_version)).manifest
    assert (manifest.name, manifest.version) == ("deepfake", 1)


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
