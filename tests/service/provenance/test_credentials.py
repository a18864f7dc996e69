"""Content credentials: those that hold, those that do not, and those that were made to harm."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from encypher_c2pa import verify

from service.provenance import credentials
from service.provenance.credential_reader import Verifier
from service.provenance.credentials import READER, ai_use, short
from service.provenance.records import AiUse, Credential, CredentialState
from service.provenance.trust import lists_date
from tests.forged import boxes, png
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


@pytest.fixture(scope="module")
def signed(face: bytes) -> bytes:
    return sign(face)


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


@pytest.mark.parametrize("seed", range(12))
def test_damage_is_told_and_harms_nobody(signed: bytes, seed: int) -> None:
    generator = np.random.default_rng(seed)
    damaged = bytearray(signed)
    start = damaged.index(b"c2pa")
    for place in generator.integers(start, start + 4000, 20):
        damaged[place] = generator.integers(256)
    assert read(bytes(damaged)).state in {"invalid", "unreadable", "absent"}


@pytest.mark.parametrize(
    "data",
    [b"c2pa", b"c2pa" * 1_000_000, png((b"caBX", boxes(50_000))), png((b"caBX", boxes(1)))],
    ids=["the mark alone", "many marks", "boxes in boxes", "an empty box"],
)
def test_rubbish_is_soon_done_with(data: bytes) -> None:
    began = time.monotonic()
    for kind in ("PNG", "JPEG"):
        assert read(data, kind=kind).state in {"unreadable", "absent"}
    assert time.monotonic() - began < credentials.SECONDS


@pytest.mark.parametrize(
    "program",
    ["import time; time.sleep(60)", "raise SystemExit(1)", "import os; os.abort()", "print(1)", ""],
)
def test_a_reader_that_fails_is_no_error(
    signed: bytes, program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It hangs, ends with an error, crashes, says nonsense or nothing."""
    broken = tmp_path / "reader.py"
    broken.write_text(program)
    monkeypatch.setattr(credentials, "SECONDS", 2)
    monkeypatch.setattr(credentials, "READER", broken)
    assert read(signed).state is CredentialState.UNREADABLE


def test_without_the_extra_it_is_said_that_nobody_looked(
    signed: bytes, face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "find_spec", lambda _name: None)
    assert read(signed).state is CredentialState.UNCHECKED
    assert read(face).state is CredentialState.ABSENT


LIMITED = """
import sys
sys.path.insert(0, sys.argv[1])
import credential_reader as reader
{limits}
{deed}
print("done")
"""
ALL = (
    "reader.limit(RLIMIT_CORE=0, RLIMIT_FSIZE=0, RLIMIT_CPU=1, RLIMIT_AS=reader.MEMORY)\n"
    "import socket, tempfile\nreader.limit(RLIMIT_NOFILE=0)"
)
DEEDS = {
    "open a file": "open('/etc/hostname')",
    "make a file": "tempfile.TemporaryFile()",
    "make a connection": "socket.socket()",
    "take memory": "bytes(2 << 30)",
    "take time": "while len(sys.argv): pass",
}


@pytest.mark.skipif(sys.platform != "linux", reason="limits are other ones elsewhere")
@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "take time"])
@pytest.mark.parametrize("limited", [False, True])
def test_the_reader_can_do_no_harm(deed: str, limited: bool) -> None:
    limits = ALL if limited else "import socket, tempfile"
    program = LIMITED.format(limits=limits, deed=DEEDS[deed])
    command = [sys.executable, "-I", "-c", program, str(READER.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ("done" in done.stdout) is not limited


def test_the_reader_ends_when_its_time_is_over() -> None:
    program = LIMITED.format(limits=ALL, deed=DEEDS["take time"])
    command = [sys.executable, "-I", "-c", program, str(READER.parent)]
    assert subprocess.run(command, capture_output=True, check=False).returncode < 0


@pytest.fixture
def visitors() -> Iterator[tuple[str, list[str]]]:
    """An address at which a credential could lie, and who came to it."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    came.append(connection.recv(100).decode("latin-1"))
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/credential.c2pa", came
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def test_what_lies_elsewhere_is_not_fetched(face: bytes, visitors: tuple[str, list[str]]) -> None:
    address, came = visitors
    elsewhere = sign(face, remote=address)
    assert read(elsewhere).state is CredentialState.UNREADABLE
    nameless = sign(face, remote=address.removesuffix(".c2pa"))
    assert b"c2pa" not in nameless
    assert read(nameless).state is CredentialState.UNREADABLE
    assert came == []
    # Were it asked to, the library would.
    verify(elsewhere, "image/jpeg", online=True, online_allow_private_networks=True)
    assert len(came) == 1


def test_the_library_reports_to_nobody(
    signed: bytes, visitors: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would tell its maker of what does not hold; the reader has that switched off."""
    address, came = visitors
    broken, switch = tampered(signed), "ENCYPHER_C2PA_TELEMETRY"
    monkeypatch.setenv(switch, "on")
    Verifier(broken, "image/jpeg", None).report(telemetry_endpoint=address)
    monkeypatch.setenv(switch, "on")
    verify(broken, "image/jpeg", telemetry_endpoint=address)
    for _ in range(100):
        time.sleep(0.05)
        if came:
            break
    assert len(came) == 1
