"""Evidence beside the score: it never moves the score, and only a trusted declaration decides."""

import asyncio
import json

import httpx
import pytest
import tensorflow as tf
from PIL import Image, PngImagePlugin

from service.model.loaded import Model
from service.provenance.examine import claims_generation, declares_generation
from service.provenance.records import AiUse, Credential, CredentialState, Mark, Provenance
from service.scoring.detector import Detector
from service.scoring.schemas import Prediction
from tests.conftest import SHIPPED
from tests.forged import boxes, png
from tests.pictures import PORTRAIT, encode, png_chunk, smooth
from tests.signed import OTHER, SIGNER, TYPES, USUAL, sign, tampered

GENERATED = f"{TYPES}trainedAlgorithmicMedia"
XMP = f'<x:xmpmeta><a DigitalSourceType="{GENERATED}"/></x:xmpmeta>'.encode()
UNVERIFIED = "declared_ai_unverified"


def predict(detector: Detector, data: bytes, name: str = "") -> Prediction:
    return asyncio.run(detector.analyse(data, name=name)).prediction


def test_a_trusted_declaration_of_ai_decides_and_leaves_the_score_alone(
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
    assert signed.provenance.credential.state == "trusted"
    assert (signed.verdict, signed.reason) == (plain.verdict, plain.reason)
    assert signed.warnings == []


def declared(face: bytes) -> dict[str, bytes]:
    """A real photograph whose file says, in ways that nobody vouches for, that AI made it."""
    taken = sign(face, None, parent=sign(face, chain=OTHER))
    packet = b"XML:com.adobe.xmp\0" + XMP
    plain = encode(PORTRAIT, "PNG")
    return {
        "self-signed": sign(face, chain=OTHER),
        "self-signed, then through a trusted editor": taken,
        "XMP": encode(PORTRAIT, quality=92, xmp=XMP),
        "as Midjourney": plain[:33] + png_chunk(b"tEXt", packet) + plain[33:],
    }


def test_a_declaration_that_nobody_vouches_for_only_keeps_from_real(
    detector: Detector, face: bytes
) -> None:
    plain = predict(detector, face)
    assert plain.verdict != "fake"
    for how, data in declared(face).items():
        answer = predict(detector, data)
        assert (answer.verdict, answer.reason) == ("uncertain", "warning"), how
        assert answer.warnings == [UNVERIFIED], how


def test_what_is_broken_declares_nothing(detector: Detector, face: bytes) -> None:
    plain = predict(detector, face)
    for chain in (USUAL, OTHER):
        broken = predict(detector, tampered(sign(face, chain=chain)))
        assert broken.provenance.credential.state == "invalid"
        assert (broken.verdict, broken.reason) == (plain.verdict, "score")
        assert broken.warnings == []


def test_a_trusted_declaration_needs_no_other(detector: Detector) -> None:
    signed = predict(detector, sign(encode(PORTRAIT, quality=92, xmp=XMP)))
    assert signed.provenance.marks[0].declares_ai is AiUse.GENERATED
    assert (signed.verdict, signed.reason, signed.warnings) == ("fake", "declared_ai", [])


def test_a_camera_that_is_trusted_moves_nothing(detector: Detector) -> None:
    """Nor does it clear a picture of what else stands in its file."""
    camera = predict(detector, sign(encode(PORTRAIT, quality=92, xmp=XMP), "digitalCapture"))
    assert camera.provenance.credential.state == "trusted"
    assert (camera.verdict, camera.warnings) == ("uncertain", [UNVERIFIED])


def test_the_mark_of_a_generator_is_shown_and_moves_nothing(
    detector: Detector, face: bytes
) -> None:
    plain = predict(detector, face)
    named = predict(detector, face, "/home/anna/ComfyUI_00001_.jpg")
    (mark,) = named.provenance.marks
    assert (mark.place, mark.generator) == ("file name", "ComfyUI")
    assert (named.verdict, named.reason, named.warnings) == (plain.verdict, plain.reason, [])


@pytest.mark.parametrize("vouched", [False, True])
@pytest.mark.parametrize("marked", [None, *AiUse])
@pytest.mark.parametrize("said", [None, *AiUse])
def test_a_declaration_is_trusted_or_a_claim(
    said: AiUse | None, marked: AiUse | None, vouched: bool
) -> None:
    credential = Credential(state=CredentialState.TRUSTED, declares_ai=said, vouched=vouched)
    mark = Mark(place="IPTC DigitalSourceType", declares_ai=marked)
    found = Provenance(credential=credential, marks=[mark], camera=None)
    trusted = (said, vouched) == (AiUse.GENERATED, True)
    assert declares_generation(found) is trusted
    assert claims_generation(found) is (AiUse.GENERATED in (said, marked) and not trusted)


def test_the_api_tells_signed_tampered_and_unsigned_apart(server: str, face: bytes) -> None:
    files = [sign(face), sign(face, chain=OTHER), tampered(sign(face)), face]
    answers = [
        httpx.post(f"{server}/predict", files={"file": data}, timeout=60).json() for data in files
    ]
    credentials = [answer["provenance"]["credential"] for answer in answers]
    states = [credential["state"] for credential in credentials]
    assert states == ["trusted", "unknown_signer", "invalid", "absent"]
    assert [answer["verdict"] for answer in answers[:2]] == ["fake", "uncertain"]
    assert answers[2]["verdict"] == answers[3]["verdict"]
    assert [answer["reason"] for answer in answers] == ["declared_ai", "warning", "score", "score"]
    for credential in credentials[:2]:
        assert (credential["signer"], credential["declares_ai"]) == (SIGNER, "generated")
    lists = httpx.get(f"{server}/model").json()["trust_lists"]
    assert {credential["trust_lists"] for credential in credentials} == {lists}


@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_the_name_of_an_upload_is_a_mark_and_is_not_told(
    path: str, server: str, face: bytes
) -> None:
    files = {"file": ("ChatGPT Image Mar 29, 2025 anna.jpg", face)}
    answer = httpx.post(f"{server}{path}", files=files, timeout=60)
    prediction = answer.json() if path == "/predict" else answer.json()["results"][0]["prediction"]
    (mark,) = prediction["provenance"]["marks"]
    assert (mark["place"], mark["value"], mark["generator"]) == ("file name", None, "ChatGPT")
    assert "anna" not in answer.text


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
        assert answer.json()["provenance"]["credential"]["state"] != "trusted"


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
    signature = tf.saved_model.load(str(SHIPPED)).signatures["serving_default"]
    assert list(signature.structured_input_signature[1]) == ["image"]
    assert detector.model is model
    assert predict(detector, face).provenance.credential.state == "absent"
