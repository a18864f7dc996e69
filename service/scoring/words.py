"""The words of an answer; of their own, so that a client has them without what finds them."""

from enum import StrEnum


class Label(StrEnum):
    """The likelier class."""

    REAL = "REAL"
    FAKE = "FAKE"


class Verdict(StrEnum):
    """The answer at the model's stated error rates; between its thresholds: uncertain."""

    REAL = "real"
    UNCERTAIN = "uncertain"
    FAKE = "fake"


class Reason(StrEnum):
    """What a verdict rests on."""

    SCORE = "score"
    WARNING = "warning"
    DECLARED_AI = "declared_ai"


class WarningCode(StrEnum):
    """What lowers the trust in an answer."""

    NO_FACE = "no_face"
    SMALL_FACE = "small_face"
    CUT_FACE = "cut_face"
    MANY_FACES = "many_faces"
    LOW_RESOLUTION = "low_resolution"
    ANIMATED = "animated"
    DECLARED_AI_UNVERIFIED = "declared_ai_unverified"
