"""Words for numbers: label, confidence, verdict, warnings."""

import numpy as np
import pytest

from service.model.manifest import Manifest, Thresholds
from service.pictures.faces import Face
from service.pictures.imaging import Picture
from service.scoring.verdict import decide, face_warnings, judge, label, picture_warnings
from service.scoring.words import Label, Reason, Verdict, WarningCode
from tests.conftest import SHIPPED

THRESHOLDS = Thresholds(fake_above=0.8, real_below=0.3)


def manifest(margin: float | None) -> Manifest:
    """A manifest whose network sees 128 x 128 pixels."""
    shipped = Manifest.read(SHIPPED)
    return shipped.model_copy(update={"input_side": 128, "crop_margin": margin})


@pytest.mark.parametrize(
    ("fake_probability", "expected"),
    [
        (0.0, (Label.REAL, 1.0)),
        (0.25, (Label.REAL, 0.75)),
        (0.5, (Label.FAKE, 0.5)),
        (0.9456, (Label.FAKE, 0.9456)),
        (1.0, (Label.FAKE, 1.0)),
    ],
)
def test_the_label_is_the_likelier_class(
    fake_probability: float, expected: tuple[Label, float]
) -> None:
    assert label(fake_probability) == expected


@pytest.mark.parametrize(
    ("fake_probability", "verdict"),
    [
        (0.0, Verdict.REAL),
        (0.2999, Verdict.REAL),
        (0.3, Verdict.UNCERTAIN),
        (0.7999, Verdict.UNCERTAIN),
        (0.8, Verdict.FAKE),
        (1.0, Verdict.FAKE),
    ],
)
def test_between_the_thresholds_the_verdict_is_uncertain(
    fake_probability: float, verdict: Verdict
) -> None:
    assert judge(fake_probability, THRESHOLDS, []) is verdict


def picture(reduction: int = 1) -> Picture:
    """One of 2000 x 2000 pixels, of which so many along a side were decoded as one."""
    side = 2000 // reduction
    return Picture(np.zeros((side, side, 3), np.uint8), 2000, 2000, "JPEG", False, "")


@pytest.mark.parametrize("fake_probability", [0.0, 0.5, 1.0])
def test_a_warning_makes_any_verdict_uncertain(fake_probability: float) -> None:
    warnings = [WarningCode.LOW_RESOLUTION]
    assert judge(fake_probability, THRESHOLDS, warnings) is Verdict.UNCERTAIN


UNVERIFIED, SMALL = WarningCode.DECLARED_AI_UNVERIFIED, WarningCode.SMALL_FACE


@pytest.mark.parametrize(
    ("fake_probability", "warnings", "expected"),
    [
        (0.1, [], (Verdict.REAL, Reason.SCORE)),
        (0.5, [], (Verdict.UNCERTAIN, Reason.SCORE)),
        (0.9, [], (Verdict.FAKE, Reason.SCORE)),
        (0.1, [UNVERIFIED], (Verdict.UNCERTAIN, Reason.WARNING)),
        (0.5, [UNVERIFIED], (Verdict.UNCERTAIN, Reason.WARNING)),
        (0.9, [UNVERIFIED], (Verdict.FAKE, Reason.SCORE)),
        (0.9, [UNVERIFIED, SMALL], (Verdict.UNCERTAIN, Reason.WARNING)),
        (0.9, [SMALL], (Verdict.UNCERTAIN, Reason.WARNING)),
    ],
)
def test_what_a_file_says_of_itself_only_keeps_it_from_real(
    fake_probability: float, warnings: list[WarningCode], expected: tuple[Verdict, Reason]
) -> None:
    assert decide(fake_probability, THRESHOLDS, warnings, declared_ai=False) == expected
    declared = decide(fake_probability, THRESHOLDS, warnings, declared_ai=True)
    assert declared == (Verdict.FAKE, Reason.DECLARED_AI)


@pytest.mark.parametrize(
    ("margin", "size", "faces", "expected"),
    [
        (None, (128, 128), 0, []),
        (None, (127, 900), 0, [WarningCode.LOW_RESOLUTION]),
        (None, (900, 127), 0, [WarningCode.LOW_RESOLUTION]),
        (0.2, (900, 900), 0, [WarningCode.NO_FACE]),
        (0.2, (127, 900), 0, [WarningCode.NO_FACE, WarningCode.LOW_RESOLUTION]),
        (0.2, (127, 900), 1, []),
    ],
)
def test_what_is_amiss_with_a_whole_picture(
    margin: float | None, size: tuple[int, int], faces: int, expected: list[WarningCode]
) -> None:
    assert picture_warnings(manifest(margin), *size, faces) == expected


@pytest.mark.parametrize(("side", "small"), [(42, True), (43, False), (400, False)])
def test_a_face_that_must_be_enlarged_too_far_is_small(side: int, small: bool) -> None:
    face, expected = Face(500, 500, side // 2, side, 0.9), [WarningCode.SMALL_FACE] * small
    assert face_warnings(manifest(0.2), face, picture()) == expected
    twice = face.scaled(2)  # of a picture of which every second pixel is seen
    assert face_warnings(manifest(0.2), twice, picture(reduction=2)) == expected


def test_a_face_that_an_edge_cuts_is_told() -> None:
    assert face_warnings(manifest(0.2), Face(0, 400, 90, 120, 0.9), picture()) == ["cut_face"]
    assert face_warnings(manifest(0.2), Face(20, 400, 90, 120, 0.9), picture()) == []
    small = Face(0, 400, 20, 30, 0.9)
    assert face_warnings(manifest(0.2), small, picture()) == ["small_face", "cut_face"]


def test_verdict_and_label_cannot_contradict_each_other() -> None:
    """The manifest allows no thresholds on the wrong side of one half."""
    with pytest.raises(ValueError, match="fake_above"):
        Thresholds(fake_above=0.4, real_below=0.3)
    with pytest.raises(ValueError, match="real_below"):
        Thresholds(fake_above=0.8, real_below=0.6)
