"""What goes over the wire."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from service.model.manifest import Manifest
from service.provenance.records import Provenance
from service.scoring.words import Label, Reason, Verdict, WarningCode


def _is_none(value: object) -> bool:
    return value is None


class Box(BaseModel):
    """A rectangle in pixels of the upright picture; x and y are its top left corner."""

    x: int
    y: int
    width: int
    height: int


class Face(BaseModel):
    """One face that was found and scored."""

    box: Box
    detection_score: float = Field(ge=0, le=1, description="How sure the face detector is.")
    fake_probability: float = Field(ge=0, le=1)
    verdict: Verdict


class Heatmap(BaseModel):
    """Where in a face, or in the whole picture, the network saw signs of a fake."""

    box: Box = Field(
        description="What of the picture it covers: the face and what is around it. Where an edge "
        "of the picture cuts the face, it reaches outside."
    )
    png: str = Field(
        description="Base64 of a PNG in 8-bit greyscale, to be stretched over `box`: 0 where "
        "no more than elsewhere speaks for a fake; where most does, 255 times the probability.",
        json_schema_extra={"contentEncoding": "base64", "contentMediaType": "image/png"},
    )


class InForce(BaseModel):
    """The operator's own thresholds, by which the verdict was made."""

    pictures: int = Field(description="How many of the operator's real pictures they rest on.")
    false_alarms: float = Field(
        gt=0, le=0.5, description="Such pictures are called `fake` at most at this rate."
    )


class ModelName(BaseModel):
    """Which model made the answer."""

    name: str
    version: int
    own_thresholds: InForce | None = Field(
        None,
        exclude_if=_is_none,
        description="By whose the verdict was made; absent: by the model's own.",
    )


class ImageFacts(BaseModel):
    """The picture as it was decoded."""

    width: int = Field(description="Pixels, upright.")
    height: int = Field(description="Pixels, upright.")
    format: str = Field(description="Told by content, never by name.")
    sha256: str = Field(description="Of the file's bytes.")


class Timing(BaseModel):
    """Where the time went, in milliseconds."""

    decode: float = Field(description="Bytes to upright pixels.")
    faces: float = Field(description="Pixels to what the network sees.")
    provenance: float = Field(description="Reading what the file says of itself.")
    queue: float = Field(description="Waiting for a free worker.")
    model: float = Field(description="Inference.")
    total: float


EXAMPLE: dict[str, Any] = {
    "verdict": "fake",
    "reason": "score",
    "label": "FAKE",
    "confidence": 0.9456,
    "fake_probability": 0.9456,
    "faces": [
        {
            "box": {"x": 58, "y": 40, "width": 141, "height": 182},
            "detection_score": 0.93,
            "fake_probability": 0.9456,
            "verdict": "fake",
        }
    ],
    "heatmaps": [
        {
            "box": {"x": 0, "y": 0, "width": 256, "height": 256},
            "png": "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAA"
            "DklEQVR42mNgaGD47wAABEQBwPcCr6kAAAAASUVORK5CYII=",
        }
    ],
    "warnings": [],
    "provenance": {
        "credential": {
            "state": "trusted",
            "signer": "Example Camera Works",
            "signed_at": "2026-01-01T12:00:00+00:00",
            "generator": "Example Editor 3.1",
            "declares_ai": "edited",
            "vouched": True,
            "problems": [],
            "trust_lists": "2026-09-24",
        },
        "marks": [
            {
                "place": "EXIF Software",
                "value": "Example Editor 3.1",
                "generator": "none",
                "declares_ai": "edited",
            }
        ],
        "camera": {"make": "Example", "model": "E-1"},
    },
    "model": {"name": "deepfake", "version": 1},
    "image": {"width": 256, "height": 256, "format": "JPEG", "sha256": "5f70bf18a0860070" * 4},
    "timing_ms": {
        "decode": 1.8,
        "faces": 0.9,
        "provenance": 0.3,
        "queue": 0.2,
        "model": 6.1,
        "total": 9.5,
    },
}


class Prediction(BaseModel):
    """The answer for one picture."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    verdict: Verdict = Field(
        description="The answer at the model's stated error rates; `uncertain` is an answer."
    )
    reason: Reason = Field(
        description="What the verdict rests on: `score` (the thresholds), `warning` (one of "
        "`warnings` makes it `uncertain`), `declared_ai` (a content credential of a trusted signer "
        "declares that AI generated the picture, whatever its score)."
    )
    label: Label = Field(description="The likelier class, however close.")
    confidence: float = Field(ge=0.5, le=1, description="Calibrated probability of `label`.")
    fake_probability: float = Field(ge=0, le=1, description="Calibrated: 0 real, 1 fake.")
    p_value: float | None = Field(
        None,
        gt=0,
        le=1,
        exclude_if=_is_none,
        description="Where the operator's own thresholds are in force, how rare such a score is "
        "among the real pictures that they rest on: (1 + how many of them score as high) / (1 + "
        "how many there are). Absent otherwise.",
    )
    faces: list[Face] = Field(
        description="The faces that were scored, the largest first; the most suspicious one's "
        "score is the picture's. Empty where the whole picture was scored."
    )
    heatmaps: list[Heatmap] | None = Field(
        None,
        description="With `?explain=true`: one for each face, in their order, or one of the whole "
        "picture where no face was found. Else null.",
    )
    warnings: list[WarningCode] = Field(
        description="What lowers the trust in the answer and makes the verdict `uncertain`: "
        "`no_face` (none was found: the whole picture was scored), `small_face` (the face that "
        "decides is too small to show fine traces), `cut_face` (an edge of the picture cuts it), "
        "`many_faces` (only the largest were scored), "
        "`low_resolution` (the picture is smaller than what the network sees), `animated` (it "
        "moves or has several pages: only the first was scored), `declared_ai_unverified` (the "
        "file says that AI made it and nobody vouches for that: it is never called `real`, and "
        "`fake` only by its score)."
    )
    provenance: Provenance
    model: ModelName
    image: ImageFacts
    timing_ms: Timing


class PredictionResponse(Prediction):
    """A prediction as the answer to a request."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**EXAMPLE, "request_id": "0b1cf6e0f9e64e2f8d2c6a1c7f3d9b55"}}
    )

    request_id: str = Field(description="Also in the header `X-Request-ID`.")


class Problem(BaseModel):
    """An error, as RFC 9457 has it (`application/problem+json`)."""

    type: str = Field(description="Names the kind of error.")
    title: str = Field(description="The kind of error in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong and how to mend it, for a person.")
    code: str = Field(description="Stable, for a program.")
    request_id: str = Field(description="To quote when asking for help.")


class Result(BaseModel):
    """What became of one picture of several: a prediction or an error."""

    prediction: Prediction | None = Field(None, description="Null if the picture has none.")
    error: Problem | None = Field(None, description="Why; null if there is a prediction.")


class BatchResponse(BaseModel):
    """What became of each picture, in the order of the request."""

    results: list[Result] = Field(description="One for each file, in their order.")
    request_id: str = Field(description="Also in the header `X-Request-ID`.")


class Health(BaseModel):
    """Whether the service can be used."""

    status: str = Field(examples=["ok"])


class Served(Manifest):
    """The served artifact's own description, and what is there beside it."""

    trust_lists: str | None = Field(
        description="Of which day the lists of those are who are trusted to sign content "
        "credentials; null without any."
    )
