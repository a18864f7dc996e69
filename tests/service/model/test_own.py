"""The file of own thresholds is read as it was written, and another one is one clear line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.errors import ArtifactError, ThresholdsError
from service.model.loaded import Model
from service.model.manifest import Manifest
from service.model.own import OwnThresholds, describe, read
from tests.conftest import SHIPPED
from tests.owned import own_of

MANIFEST = Manifest.read(SHIPPED)
OWN = own_of(MANIFEST, highest=0.9)

Content = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "thresholds.json"
    path.write_text(OWN.model_dump_json())
    return path


def test_it_is_read_as_it_was_written(path: Path) -> None:
    assert read(path) == OwnThresholds.read(path) == OWN
    assert read(None) is None


def test_it_holds_scores_and_no_picture(path: Path) -> None:
    """What is in it, to the last name: nothing from which a picture could be told."""
    content = json.loads(path.read_text())
    assert set(content) == {"thresholds", "promise", "roc_auc", "model", "real_scores"}
    assert set(content["promise"]) == {"calibrated", "false_alarms", "misses", "doubts"}
    assert set(content["model"]) == {"name", "version", "weights_sha256"}
    assert content["real_scores"] == sorted(content["real_scores"])


def test_scores_come_back_to_the_last_bit(path: Path) -> None:
    scores = np.array(OwnThresholds.read(path).real_scores)
    assert (scores == np.linspace(0, 0.9, 150, dtype=np.float32)).all()


def test_a_p_value_counts_the_scores_that_are_as_high() -> None:
    own = own_of(MANIFEST, 0.9, real_scores=tuple(sorted((0.2, 0.5, 0.5, 0.9) * 50)),
                 promise=own_of(MANIFEST, 0.9, 200).promise,
                 thresholds=OWN.thresholds.model_copy(update={"fake_above": 0.95}))  # fmt: skip
    assert own.p_value(0.95) == 1 / 201
    assert own.p_value(0.9) == 51 / 201
    assert own.p_value(0.5) == 151 / 201
    assert own.p_value(0.51) == 51 / 201
    assert own.p_value(0.0) == 1


def test_p_values_of_exchangeable_pictures_are_valid() -> None:
    """At most ``a`` of them are at most ``a``, for each ``a``: Bates et al. 2023."""
    scores = np.random.default_rng(0).beta(1, 5, (400, 100)).astype(np.float32)
    rest = OWN.model_dump(exclude={"real_scores", "promise"})
    promise = OWN.promise.model_dump()
    promise["false_alarms"]["pictures"] = 99
    rest["thresholds"]["fake_above"] = 1
    p_values = []
    for *calibrating, new in scores.tolist():
        own = OwnThresholds(**rest, promise=promise, real_scores=tuple(sorted(calibrating)))
        p_values.append(own.p_value(new))
    for level in (0.05, 0.1, 0.5):
        assert np.mean(np.array(p_values) <= level) == pytest.approx(level, abs=0.06)


def test_fake_is_what_the_promise_leaves_room_for() -> None:
    """The verdict and the p-value say the same."""
    at = OWN.thresholds.fake_above
    assert OWN.p_value(at) <= 0.01
    assert OWN.p_value(float(np.nextafter(np.float32(at), np.float32(0)))) > 0.01


def cut_a_score(content: Content) -> None:
    del content["real_scores"][0]


def unsort(content: Content) -> None:
    content["real_scores"].reverse()


def lower(content: Content) -> None:
    content["thresholds"]["fake_above"] = 0.6


def contradict_the_label(content: Content) -> None:
    content["thresholds"]["fake_above"] = 0.4


def turn_round(content: Content) -> None:
    content["promise"]["false_alarms"] |= {"low": 0.9, "high": 0.1}


def add(content: Content) -> None:
    content["names"] = ["me.jpg"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (cut_a_score, "real_scores are not those of as many pictures as it says"),
        (unsort, "real_scores are not sorted, from 0 to 1"),
        (lower, "fake_above does not keep the promised rate of false alarms"),
        (contradict_the_label, "thresholds.fake_above: Input should be greater than or equal"),
        (turn_round, "promise: an interval ends before it begins"),
        (add, "names: Extra inputs are not permitted"),
    ],
)
def test_what_contradicts_itself_is_refused(
    path: Path, change: Callable[[Content], None], why: str
) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(ThresholdsError) as raised:
        read(path)
    assert str(raised.value).startswith(f"{path}: no thresholds of `deepfake calibrate`: {why}")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "no JSON", '{"thresholds": null}'])
def test_another_file_is_one_line(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(ThresholdsError, match="no thresholds of `deepfake calibrate`") as raised:
        read(path)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ThresholdsError, match="absent: No such file or directory"):
        read(tmp_path / "absent")


def test_they_are_put_in_force_and_nothing_else_changes() -> None:
    described = describe(SHIPPED, OWN)
    assert described.thresholds == OWN.thresholds
    assert described.own_thresholds == OWN.promise
    changed = {"thresholds": MANIFEST.thresholds, "own_thresholds": None}
    assert described.model_copy(update=changed) == MANIFEST
    assert describe(SHIPPED, None) == MANIFEST


def test_without_them_a_description_says_nothing_of_them() -> None:
    assert "own_thresholds" not in MANIFEST.model_dump()
    assert "real_scores" not in describe(SHIPPED, OWN).model_dump_json()


def test_those_of_other_weights_are_refused_before_the_model_is_loaded(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))
    (folder / "saved_model.pb").unlink()
    other = own_of(MANIFEST.model_copy(update={"weights_sha256": "0" * 64, "version": 4}), 0.9)
    why = f"made with deepfake 4, and deepfake {MANIFEST.version} has other weights"
    with pytest.raises(ThresholdsError, match=why):
        Model(folder, own=other)
    with pytest.raises(ArtifactError):
        Model(folder, own=OWN)
