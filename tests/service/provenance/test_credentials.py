"""Content credentials: those that hold, those that do not, and what they declare."""

import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from service.provenance import credentials
from service.provenance.credentials import ai_use, short
from service.provenance.records import AiUse, Credential, CredentialState
from service.provenance.trust import lists_date
from tests.pictures import PORTRAIT, encode
from tests.signed import (
    OTHER,
    SIGNER,
    TYPES,
    USUAL,
    Holder,
    chain_of,
    holder,
    sign,
    tampered,
)
from tests.stamped import time_stamper

MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
LASTS = timedelta(seconds=3)


def read(data: bytes, *anchors: Holder, kind: str = "JPEG") -> Credential:
    """The credential, for one who trusts those ``anchors`` beside the lists."""
    pem = b"".join(it.pem for it in anchors).decode()
    return credentials.read(data, kind, pem or None)


def test_a_picture_without_one_costs_no_process(
    face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it began one"))
    assert read(face).state == "absent"
    assert read(encode(PORTRAIT, "BMP") + b"c2pa", kind="BMP").state == "absent"


@pytest.mark.parametrize("name", MIMES)
def test_one_of_a_trusted_signer_says_who_signed_and_what_it_declares(name: str) -> None:
    credential = read(sign(encode(PORTRAIT, name), mime=MIMES[name]), USUAL[1], kind=name)
    assert credential.state is CredentialState.TRUSTED
    assert credential.signer == SIGNER
    assert credential.generator == "test maker 1.0"
    assert credential.declares_ai is AiUse.GENERATED
    assert credential.vouched
    assert credential.problems == []
    assert credential.trust_lists == lists_date()


@pytest.mark.parametrize("known", [(), OTHER[1:]], ids=["the lists alone", "another anchor"])
def test_anyone_can_make_a_certificate_and_nobody_vouches_for_it(
    signed: bytes, known: tuple[Holder, ...]
) -> None:
    credential = read(signed, *known)
    assert credential.state is CredentialState.UNKNOWN_SIGNER
    assert (credential.signer, credential.generator) == (SIGNER, "test maker 1.0")
    assert credential.declares_ai is AiUse.GENERATED
    assert not credential.vouched


def test_several_anchors_stand_in_one_file(face: bytes) -> None:
    for chain in (USUAL, OTHER):
        assert read(sign(face, chain=chain), USUAL[1], OTHER[1]).state == "trusted"


@pytest.fixture(scope="module")
def run_out(
    face: bytes, tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, bytes, Holder, Holder]:
    """Two pictures whose signer's certificate has run out, of which the first has a time stamp;
    the authorities above the signer and above the time stamper."""
    clock = holder("clocks")
    stamper = holder("stamper", clock, ExtendedKeyUsageOID.TIME_STAMPING)
    chain = (holder("desk", USUAL[1], lasts=LASTS), USUAL[1])
    with time_stamper(stamper, tmp_path_factory.mktemp("stamper")) as address:
        stamped = sign(face, chain=chain, stamper=address)
    plain = sign(face, chain=chain)
    time.sleep(LASTS.total_seconds() + 1)  # certificates know whole seconds
    return stamped, plain, USUAL[1], clock


def test_a_time_stamp_that_counts_keeps_a_credential_good(
    run_out: tuple[bytes, bytes, Holder, Holder],
) -> None:
    stamped, _, above, clock = run_out
    credential = read(stamped, above, clock)
    assert credential.state is CredentialState.TRUSTED
    assert credential.vouched
    assert (credential.signed_at or "").startswith("20")


@pytest.mark.parametrize("with_stamp", [True, False])
def test_one_that_has_run_out_is_told_and_nobody_vouches(
    run_out: tuple[bytes, bytes, Holder, Holder], with_stamp: bool
) -> None:
    """Without a time stamp, and with one by nobody knows whom."""
    stamped, plain, above, clock = run_out
    known = [above] if with_stamp else [above, clock]
    credential = read(stamped if with_stamp else plain, *known)
    assert credential.state is CredentialState.EXPIRED
    assert (credential.signer, credential.generator) == (SIGNER, "test maker 1.0")
    assert credential.declares_ai is AiUse.GENERATED
    assert not credential.vouched
    assert credential.signed_at is None


@pytest.mark.parametrize("is_known", [True, False])
def test_when_it_was_signed_is_told_if_the_clock_is_known(
    face: bytes, tmp_path: Path, is_known: bool
) -> None:
    clock = holder("clocks")
    stamper = holder("stamper", clock, ExtendedKeyUsageOID.TIME_STAMPING)
    with time_stamper(stamper, tmp_path) as address:
        stamped = sign(face, stamper=address)
    credential = read(stamped, USUAL[1], *[clock] * is_known)
    assert credential.state is CredentialState.TRUSTED
    assert (credential.signed_at is not None) is is_known


def test_of_a_tampered_one_nothing_is_told_but_why(signed: bytes) -> None:
    for known in ((), USUAL[1:]):
        credential = read(tampered(signed), *known)
        assert credential.state is CredentialState.INVALID
        assert credential.problems == ["assertion.dataHash.mismatch"]
        assert credential.signer is credential.generator is credential.declares_ai is None
        assert not credential.vouched


@pytest.mark.parametrize(
    ("kind", "declared"),
    [
        ("trainedAlgorithmicMedia", AiUse.GENERATED),
        ("compositeWithTrainedAlgorithmicMedia", AiUse.EDITED),
        ("digitalCapture", None),
        ("algorithmicMedia", None),
    ],
)
def test_what_is_declared_is_told_apart(face: bytes, kind: str, declared: AiUse | None) -> None:
    credential = read(sign(face, kind), USUAL[1])
    assert credential.declares_ai is declared
    assert credential.vouched is (declared is not None)


@pytest.mark.parametrize("name", sorted(MIMES.keys() - {"GIF"}))
def test_an_edit_of_what_ai_made_is_what_ai_made(name: str) -> None:
    made = sign(encode(PORTRAIT, name), mime=MIMES[name], chain=OTHER)
    edited = sign(encode(PORTRAIT, name), None, mime=MIMES[name], parent=made)
    credential = read(edited, USUAL[1], OTHER[1], kind=name)
    assert (credential.declares_ai, credential.vouched) == (AiUse.GENERATED, True)


def test_a_trusted_editor_does_not_vouch_for_whom_the_picture_came_from(face: bytes) -> None:
    """Else anyone's certificate would decide, once the picture has been through an editor."""
    edited = sign(face, None, parent=sign(face, chain=OTHER))
    credential = read(edited, USUAL[1])
    assert credential.state is CredentialState.TRUSTED
    assert (credential.declares_ai, credential.vouched) == (AiUse.GENERATED, False)
    again = sign(face, None, parent=edited, chain=chain_of("third root"))
    assert read(again, USUAL[1], OTHER[1]).state is CredentialState.UNKNOWN_SIGNER


def test_a_trusted_declaration_behind_an_unknown_one_is_not_reached(face: bytes) -> None:
    made = sign(face)
    taken = sign(face, None, parent=made, chain=OTHER)
    credential = read(sign(face, None, parent=taken), USUAL[1])
    assert (credential.declares_ai, credential.vouched) == (AiUse.GENERATED, False)


@pytest.mark.parametrize("spoil", [tampered, lambda data: data[:-3000] + bytes(3000)])
def test_what_was_broken_when_it_was_edited_is_not_vouched_for(
    spoil: Callable[[bytes], bytes], face: bytes, signed: bytes
) -> None:
    """A credential can be taken from a picture that AI made and be laid before another one."""
    credential = read(sign(face, None, parent=spoil(signed)), USUAL[1])
    assert credential.state is CredentialState.TRUSTED
    assert not credential.vouched


def test_who_signed_last_is_told(face: bytes) -> None:
    camera = sign(face, "digitalCapture")
    credential = read(sign(face, None, parent=camera), USUAL[1])
    assert (credential.state, credential.signer) == ("trusted", SIGNER)
    assert credential.declares_ai is None


@pytest.mark.parametrize(
    ("kinds", "declared"),
    [
        ([], None),
        ([f"{TYPES}trainedAlgorithmicMedia"], AiUse.GENERATED),
        (["compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"], AiUse.GENERATED),
        (["notTrainedAlgorithmicMedia", "trainedAlgorithmicMedia2"], None),
    ],
)
def test_source_types_are_whole_terms(kinds: list[str], declared: AiUse | None) -> None:
    assert ai_use(kinds) is declared


def test_texts_are_one_short_printable_line() -> None:
    assert short("a\nb\x1b[31m\u202ec\0") == "a b [31m c"
    assert short("x" * 5000) == "x" * 100
    assert short("") is short(None) is short("\n\0") is None
