"""What was found in a picture and how it was scored, as the answer that the caller gets."""

from service.model.batching import Scores
from service.model.manifest import Manifest
from service.model.own import OwnThresholds
from service.model.promise import Promise
from service.pictures.faces import Face
from service.pictures.imaging import Picture
from service.provenance.examine import claims_generation, declares_generation
from service.provenance.records import Provenance
from service.scoring import schemas, verdict
from service.scoring.schemas import (
    Box,
    Heatmap,
    ImageFacts,
    InForce,
    ModelName,
    Prediction,
    Timing,
)
from service.scoring.words import WarningCode


def predict(
    picture: Picture,
    found: list[Face],
    scores: Scores,
    manifest: Manifest,
    timing: Timing,
    origin: Provenance,
    heatmaps: list[Heatmap] | None = None,
    own: OwnThresholds | None = None,
) -> Prediction:
    """The prediction of the model that ``manifest`` describes, where ``own`` are put in force.

    ``scores`` is float32 ``[n]``, of the first n faces or, where none was ``found``, of the whole.
    """
    probability = float(scores.max())
    label, confidence = verdict.label(probability)
    warnings = _warnings(picture, found, scores, manifest)
    if claims_generation(origin):
        warnings.append(WarningCode.DECLARED_AI_UNVERIFIED)
    declared = declares_generation(origin)
    judgement, reason = verdict.decide(probability, manifest.thresholds, warnings, declared)
    return Prediction(
        verdict=judgement,
        reason=reason,
        label=label,
        confidence=confidence,
        fake_probability=probability,
        p_value=own.p_value(probability) if own else None,
        faces=[
            _face(face, float(score), manifest, picture)
            for face, score in zip(found, scores, strict=False)  # of a crowd, the scored ones
        ],
        heatmaps=heatmaps,
        warnings=warnings,
        provenance=origin,
        model=ModelName(
            name=manifest.name,
            version=manifest.version,
            own_thresholds=_in_force(manifest.own_thresholds),
        ),
        image=ImageFacts(
            width=picture.width,
            height=picture.height,
            format=picture.format,
            sha256=picture.sha256,
        ),
        timing_ms=timing,
    )


def _in_force(promise: Promise | None) -> InForce | None:
    if promise is None:
        return None
    rate = promise.false_alarms
    return InForce(pictures=rate.pictures, false_alarms=rate.at_most)


def _warnings(
    picture: Picture, found: list[Face], scores: Scores, manifest: Manifest
) -> list[WarningCode]:
    warnings = verdict.picture_warnings(manifest, picture.width, picture.height, len(found))
    if found:
        warnings += verdict.face_warnings(manifest, found[int(scores.argmax())], picture)
    if len(found) > len(scores):
        warnings.append(WarningCode.MANY_FACES)
    if picture.animated:
        warnings.append(WarningCode.ANIMATED)
    return warnings


def _face(face: Face, score: float, manifest: Manifest, picture: Picture) -> schemas.Face:
    warnings = verdict.face_warnings(manifest, face, picture)
    return schemas.Face(
        box=Box(x=face.x, y=face.y, width=face.width, height=face.height),
        detection_score=face.score,
        fake_probability=score,
        verdict=verdict.judge(score, manifest.thresholds, warnings),
    )
