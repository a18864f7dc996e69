"""Evidence beside the score: it never moves the score, and only a valid declaration decides."""

import asyncio
import json

import httpx
import pytest
from PIL import Image, PngImagePlugin

from service.model.loaded import Model
from service.provenance.examine import declares_generation
from service.provenance.records import AiUse, Credential, CredentialState, Provenance
from service.scoring.detector import Detector
from service.scoring.schemas import Prediction
from tests.forged import boxes, png
from tests.pictures import PORTRAIT, encode, smooth
from tests.signed import SIGNER, sign, tampered


def predict(detector: Detector, data: bytes) -> Prediction:
    return asyncio.run(detector.analyse(data)).prediction


def test_a_valid_declaration_of_ai_decides_and_leaves_the_score_alone(
    detector: Detector, face: bytes
) -> None:
    plain, signed = predict(detector, face), predict(detector, sign(face))
    assert signed.verdict == "fake"
    assert signed.reason == "declared_ai"
    for name in ("fake_probability", "label", "confidence", "warnings", "faces"):
        assert getattr(signed, name) == getattr(plain, name)


def test_it_decides_also_where_the_score_would_be_uncertain(detector: Detector) -> None:
    blank = encode(smooth(1, 300))
    assert predict(detector, blank).reason == "warning"
    signed = predict(detector, sign(blank))
    assert (signed.verdict, signed.reason, signed.warnings) == ("fake", "declared_ai", ["no_face"])


@pytest.mark.parametrize("kind", ["compositeWithTrainedAlgorithmicMedia", "digitalCapture"])
def test_other_declarations_decide_nothing(detector: Detector, face: bytes, kind: str) -> None:
    plain, signed = predict(detector, face), predict(detector, sign(face, kind))
    assert signed.provenance.credential.state == "valid"
    assert (signed.verdict, signed.reason) == (plain.verdict, plain.reason)


def test_a_tampered_one_decides_nothing(detector: Detector) -> None:
    """Nor does what a metadata field says that anyone can write."""
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    data = encode(PORTRAIT, xmp=f'<a DigitalSourceType="{source}"/>'.encode())
    marked, broken = predict(detector, data), predict(detector, tampered(sign(encode(PORTRAIT))))
    assert marked.provenance.marks[0].declares_ai is AiUse.GENERATED
    assert broken.provenance.credential.state == "invalid"
    assert marked.reason == broken.reason == "score"


@pytest.mark.parametrize("state", CredentialState)
@pytest.mark.parametrize("declared", [None, *AiUse])
def test_only_valid_and_generated_is_a_declaration(
    state: CredentialState, declared: AiUse | None
) -> None:
    found = Provenance(
        credential=Credential(state=state, declares_ai=declared), marks=[], camera=None
    )
    expected = (state, declared) == (CredentialState.VALID, AiUse.GENERATED)
    assert declares_generation(found) is expected


def test_the_api_tells_signed_tampered_and_unsigned_apart(server: str, face: bytes) -> None:
    signed = sign(face)
    answers = [
        httpx.post(f"{server}/predict", files={"file": data}, timeout=60).json()
        for data in (signed, tampered(signed), face)
    ]
    states = [answer["provenance"]["credential"]["state"] for answer in answers]
    assert states == ["valid", "invalid", "absent"]
    credential = answers[0]["provenance"]["credential"]
    assert (credential["signer"], credential["declares_ai"]) == (SIGNER, "generated")
    assert [answer["reason"] for answer in answers] == ["declared_ai", "score", "score"]
    assert answers[0]["verdict"] == "fake"


@pytest.mark.parametrize(
    "data",
    [
        png((b"caBX", boxes(1000))),
        png((b"eXIf", b"MM\0*" + bytes(60))),
        png((b"eXIf", b"rubbish"), (b"tEXt", b"parameters\0\xff\xfe")),
        encode(PORTRAIT, xmp=b"\xff\xfe<broken" * 1000),
        encode(PORTRAIT, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(200)),
        sign(encode(PORTRAIT))[:-3000] + bytes(3000),
    ],
    ids=["boxes", "empty EXIF", "rubbish", "broken XMP", "endless EXIF", "half"],
)
def test_rubbish_is_never_an_error_of_the_service(server: str, data: bytes) -> None:
    answer = httpx.post(f"{server}/predict", files={"file": data}, timeout=60)
    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert answer.json()["provenance"]["credential"]["state"] != "valid"


def test_hostile_texts_stay_data(detector: Detector) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "<script>alert(1)</script>\u202e\n" * 100)
    exif = Image.Exif()
    exif[0x010F] = "A" * 5000
    found = predict(detector, encode(PORTRAIT, "PNG", pnginfo=info, exif=exif)).provenance
    assert found.camera
    assert found.camera.make == "A" * 100
    (mark,) = found.marks
    assert mark.value
    assert len(mark.value) <= 100
    assert mark.value.isprintable()
    json.loads(found.model_dump_json())


def test_the_network_never_sees_it(detector: Detector, model: Model, face: bytes) -> None:
    """All scores come from pixels: the model takes nothing else."""
    signature = model._saved_model.signatures["serving_default"]
    assert list(signature.structured_input_signature[1]) == ["image"]
    assert detector.model is model
    assert predict(detector, face).provenance.credential.state == "absent"
