"""From probabilities to words: label, confidence, verdict, warnings."""

from service.model.manifest import Manifest, Thresholds
from service.pictures.faces import Face, is_cut
from service.pictures.imaging import Picture
from service.scoring.words import Label, Reason, Verdict, WarningCode

SMALL_FACE = 1 / 3  # of the network's input side: enlarged so far, a face shows no fine traces


def label(fake_probability: float) -> tuple[Label, float]:
    """The likelier class and its probability, 0.5..1; a tie is FAKE."""
    if fake_probability >= 0.5:
        return Label.FAKE, fake_probability
    return Label.REAL, 1 - fake_probability


def picture_warnings(manifest: Manifest, width: int, height: int, faces: int) -> list[WarningCode]:
    """What is amiss with a picture of ``width`` x ``height`` pixels that was scored as a whole.

    ``no_face``: the network was trained on faces and none was found. ``low_resolution``: the
    picture had to be enlarged. Nothing is amiss with it where faces were scored.
    """
    if faces:
        return []
    no_face = [WarningCode.NO_FACE] if manifest.crop_margin is not None else []
    enlarged = min(width, height) < manifest.input_side
    return no_face + ([WarningCode.LOW_RESOLUTION] if enlarged else [])


def face_warnings(manifest: Manifest, face: Face, picture: Picture) -> list[WarningCode]:
    """What is amiss with a face of the upright picture.

    ``small_face``: it had to be enlarged more than three times. ``cut_face``: part of its square
    lies beyond an edge of the picture.
    """
    seen = max(face.width, face.height) / picture.reduction
    small = seen < SMALL_FACE * manifest.input_side
    cut = is_cut(face, manifest.crop_margin or 0, picture.width, picture.height)
    return [WarningCode.SMALL_FACE] * small + [WarningCode.CUT_FACE] * cut


def decide(
    fake_probability: float,
    thresholds: Thresholds,
    warnings: list[WarningCode],
    declared_ai: bool,
) -> tuple[Verdict, Reason]:
    """A picture's verdict: what is declared, by one who is trusted, is not guessed at."""
    if declared_ai:
        return Verdict.FAKE, Reason.DECLARED_AI
    verdict = judge(fake_probability, thresholds, warnings)
    warned = warnings and verdict is Verdict.UNCERTAIN
    return verdict, Reason.WARNING if warned else Reason.SCORE


def judge(fake_probability: float, thresholds: Thresholds, warnings: list[WarningCode]) -> Verdict:
    """The verdict; a warning turns it into ``uncertain``, since the thresholds hold without.

    What a file declares of itself, though nobody vouches for it, only keeps it from ``real``.
    """
    if set(warnings) - {WarningCode.DECLARED_AI_UNVERIFIED}:
        return Verdict.UNCERTAIN
    if fake_probability >= thresholds.fake_above:
        return Verdict.FAKE
    if fake_probability < thresholds.real_below and not warnings:
        return Verdict.REAL
    return Verdict.UNCERTAIN
