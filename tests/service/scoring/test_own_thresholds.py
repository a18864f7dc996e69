"""Where own thresholds are in force, verdicts are theirs; where none are, nothing is changed."""

import asyncio
import json
from bisect import bisect_right
from pathlib import Path

import pytest

from service.errors import ThresholdsError
from service.model.loaded import Model
from service.model.manifest import Manifest
from service.scoring.detector import Detector
from service.scoring.schemas import Prediction
from service.settings import Settings
from tests import toy
from tests.conftest import SHIPPED
from tests.owned import own_of, write_own
from tests.pictures import encode


@pytest.fixture(scope="module")
def plain(toys: Path) -> Detector:
    return Detector(Model.latest(toys))


@pytest.fixture(scope="module")
def owned(toys: Path) -> Detector:
    """Fake is what scores above 0.6."""
    manifest = Manifest.read(toys / "1")
    return Detector(Model.latest(toys, own=own_of(manifest, highest=0.6)))


def ask(detector: Detector, strength: float) -> Prediction:
    data = encode(toy.cooled(strength), "PNG")
    return asyncio.run(detector.analyse(data)).prediction


def strength_that_scores(plain: Detector, low: float, high: float) -> float:
    """How cold a face is whose score lies between the two."""
    strengths = [number / 100 for number in range(101)]
    first = bisect_right(strengths, low, key=lambda it: ask(plain, it).fake_probability)
    assert ask(plain, strengths[first]).fake_probability < high
    return strengths[first]


def test_the_verdict_is_theirs_and_the_score_the_models(plain: Detector, owned: Detector) -> None:
    strength = strength_that_scores(plain, 0.6, plain.model.manifest.thresholds.fake_above)
    before, after = ask(plain, strength), ask(owned, strength)
    assert (before.verdict, after.verdict) == ("uncertain", "fake")
    assert [face.verdict for face in after.faces] == ["fake"]
    assert before.fake_probability == after.fake_probability
    assert (before.label, before.confidence) == (after.label, after.confidence)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_the_p_value_is_that_of_the_pictures_score(owned: Detector, strength: float) -> None:
    answer = ask(owned, strength)
    assert owned.model.own
    assert answer.p_value == owned.model.own.p_value(answer.fake_probability)
    assert (answer.p_value <= 0.01) == (answer.verdict == "fake")


def test_an_answer_names_them(owned: Detector) -> None:
    model = ask(owned, 0).model_dump(mode="json")["model"]
    assert model == {
        "name": "cold",
        "version": 1,
        "own_thresholds": {"pictures": 150, "false_alarms": 0.01},
    }


def test_without_them_an_answer_is_what_it_was(plain: Detector) -> None:
    """To the byte: the fields are absent, and not null."""
    answer = json.loads(ask(plain, 0.5).model_dump_json())
    assert list(answer) == [
        *("verdict", "reason", "label", "confidence", "fake_probability", "faces", "heatmaps"),
        *("warnings", "provenance", "model", "image", "timing_ms"),
    ]
    assert answer["model"] == {"name": "cold", "version": 1}


def test_neither_is_asked_for_by_the_schema() -> None:
    schema = Prediction.model_json_schema(mode="serialization")
    assert "p_value" in schema["properties"]
    assert "p_value" not in schema["required"]
    assert schema["$defs"]["ModelName"]["required"] == ["name", "version"]


def test_the_setting_puts_them_in_force(toys: Path, tmp_path: Path) -> None:
    path = write_own(tmp_path / "own.json", toys, highest=0.7)
    detector = Detector.from_settings(Settings(model=toys, thresholds=path))
    assert detector.model.own
    assert detector.model.manifest.thresholds == detector.model.own.thresholds


def test_those_of_another_model_stop_the_start(toys: Path, tmp_path: Path) -> None:
    path = write_own(tmp_path / "own.json", SHIPPED.parent, highest=0.7)
    with pytest.raises(ThresholdsError, match="cold 1 has other weights"):
        Detector.from_settings(Settings(model=toys, thresholds=path))
