"""Each picture counts once, and only those that thresholds judge."""

import asyncio

import pytest

from service.calibration.collected import Collected, Scored
from service.scoring.detector import Detector
from service.scoring.words import WarningCode
from tests.pictures import encode, smooth
from tests.signed import sign


def scored(name: str, score: float = 0.1, *warnings: WarningCode, declared: bool = False) -> Scored:
    return Scored(sha256=name, score=score, warnings=warnings, declared=declared)


def of(detector: Detector, data: bytes) -> Scored:
    return Scored.of(asyncio.run(detector.analyse(data)).prediction)


def test_a_portrait_is_judged(detector: Detector, face: bytes) -> None:
    it = of(detector, face)
    prediction = asyncio.run(detector.analyse(face)).prediction
    assert it.sha256 == prediction.image.sha256
    assert it.score == pytest.approx(prediction.fake_probability, abs=1e-5)
    assert it.judged
    assert not it.declares_ai


def test_a_picture_without_a_face_is_not(detector: Detector) -> None:
    it = of(detector, encode(smooth(1)))
    assert WarningCode.NO_FACE in it.warnings
    assert not it.judged


def test_what_a_credential_declares_is_not_the_thresholds_to_say(
    detector: Detector, face: bytes
) -> None:
    it = of(detector, sign(face))
    assert it.declared
    assert it.declares_ai
    assert not it.judged


def test_what_a_file_says_of_itself_counts_as_declared() -> None:
    it = scored("a", 0.1, WarningCode.DECLARED_AI_UNVERIFIED)
    assert it.declares_ai
    assert not it.judged


def test_the_same_bytes_count_once_and_scores_are_sorted() -> None:
    collected = Collected(unreadable=2)
    for it in (scored("a", 0.7), scored("b", 0.25), scored("a", 0.7), scored("c", 0.5)):
        collected.add(it)
    assert collected.scores.tolist() == [0.25, 0.5, pytest.approx(0.7)]
    assert (collected.duplicates, collected.left_out, collected.files) == (1, 0, 6)


def test_warnings_are_counted_and_their_pictures_left_out() -> None:
    collected = Collected()
    collected.add(scored("a", 0.7, WarningCode.NO_FACE, WarningCode.LOW_RESOLUTION))
    collected.add(scored("b", 0.7, WarningCode.NO_FACE))
    collected.add(scored("c", 0.2, declared=True))
    collected.add(scored("d", 0.5))
    assert collected.scores.tolist() == [0.5]
    assert collected.warnings == {WarningCode.NO_FACE: 2, WarningCode.LOW_RESOLUTION: 1}
    assert (collected.left_out, collected.declaring_ai) == (3, 1)
    assert str(collected) == (
        "4 files: 1 count, 3 are left out, 0 repeat another one, 0 cannot be scored"
    )


def test_what_is_kept_of_a_picture_comes_back_as_it_was() -> None:
    it = scored("a", 0.123456789, WarningCode.CUT_FACE)
    assert Scored.model_validate_json(it.model_dump_json()) == it
