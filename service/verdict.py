"""From a probability to words: label, confidence, verdict, warnings."""

from enum import StrEnum

from service.manifest import Thresholds


class Label(StrEnum):
    """The likelier class."""

    REAL = "REAL"
    FAKE = "FAKE"


class Verdict(StrEnum):
    """The answer at the model's stated error rates; between its thresholds: uncertain."""

    REAL = "real"
    UNCERTAIN = "uncertain"
    FAKE = "fake"


class WarningCode(StrEnum):
    """What lowers the trust in an answer."""

    LOW_RESOLUTION = "low_resolution"


def label(fake_probability: float) -> tuple[Label, float]:
    """The likelier class and its probability, 0.5..1; a tie is FAKE."""
    if fake_probability >= 0.5:
        return Label.FAKE, fake_probability
    return Label.REAL, 1 - fake_probability


def find_warnings(width: int, height: int, input_side: int) -> list[WarningCode]:
    """What is amiss with a picture of ``width`` x ``height`` for a network that sees a square.

    ``low_resolution``: it had to be enlarged, and fine traces cannot be in it.
    """
    return [WarningCode.LOW_RESOLUTION] if min(width, height) < input_side else []


def judge(fake_probability: float, thresholds: Thresholds, warnings: list[WarningCode]) -> Verdict:
    """The verdict; a warning turns it into ``uncertain``, since the thresholds hold without."""
    if warnings:
        return Verdict.UNCERTAIN
    if fake_probability >= thresholds.fake_above:
        return Verdict.FAKE
    if fake_probability < thresholds.real_below:
        return Verdict.REAL
    return Verdict.UNCERTAIN
