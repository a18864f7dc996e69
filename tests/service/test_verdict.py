"""Words for numbers: label, confidence, verdict, warnings."""

import pytest

from service.manifest import Thresholds
from service.verdict import Label, Verdict, WarningCode, find_warnings, judge, label

THRESHOLDS = Thresholds(fake_above=0.8, real_below=0.3)


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


@pytest.mark.parametrize("fake_probability", [0.0, 0.5, 1.0])
def test_a_warning_makes_any_verdict_uncertain(fake_probability: float) -> None:
    warnings = [WarningCode.LOW_RESOLUTION]
    assert judge(fake_probability, THRESHOLDS, warnings) is Verdict.UNCERTAIN


@pytest.mark.parametrize(
    ("width", "height", "warned"), [(128, 128, False), (127, 900, True), (900, 127, True)]
)
def test_a_picture_that_must_be_enlarged_is_of_low_resolution(
    width: int, height: int, warned: bool
) -> None:
    expected = [WarningCode.LOW_RESOLUTION] if warned else []
    assert find_warnings(width, height, input_side=128) == expected


def test_verdict_and_label_cannot_contradict_each_other() -> None:
    """The manifest allows no thresholds on the wrong side of one half."""
    with pytest.raises(ValueError, match="fake_above"):
        Thresholds(fake_above=0.4, real_below=0.3)
    with pytest.raises(ValueError, match="real_below"):
        Thresholds(fake_above=0.8, real_below=0.6)
