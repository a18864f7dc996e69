"""Content credentials: those that hold, those that do not, and those that were made to harm."""

import io
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import c2pa
import numpy as np
import pytest

from service.provenance import credentials
from service.provenance.credentials import READER, ai_use, short
from service.provenance.records import AiUse, CredentialState
from tests.forged import boxes, png
from tests.pictures import PORTRAIT, encode
from tests.signed import SIGNER, TYPES, sign, tampered

MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}


@pytest.fixture(scope="module")
def signed(face: bytes) -> bytes:
    return sign(face)


def test_a_picture_without_one_costs_no_process(
    face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it began one"))
    assert credentials.read(face).state == "absent"


@pytest.mark.parametrize("name", MIMES)
def test_one_that_holds_says_who_signed_and_what_it_declares(name: str) -> None:
    credential = credentials.read(sign(encode(PORTRAIT, name), mime=MIMES[name]))
    assert credential.state is CredentialState.VALID
    assert credential.signer == SIGNER
    assert credential.generator == "test maker 1.0"
    assert credential.declares_ai is AiUse.GENERATED
    assert credential.problems == []


def test_of_a_tampered_one_nothing_is_told_but_why(signed: bytes) -> None:
    credential = credentials.read(tampered(signed))
    assert credential.state is CredentialState.INVALID
    assert credential.problems == ["assertion.dataHash.mismatch"]
    assert credential.signer is None
    assert credential.declares_ai is None


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
    assert credentials.read(sign(face, kind)).declares_ai is declared


def test_an_edit_of_what_ai_made_is_what_ai_made(face: bytes, signed: bytes) -> None:
    edited = sign(face, kind=None, parent=signed)
    assert credentials.read(edited).declares_ai is AiUse.GENERATED
    assert credentials.read(sign(face, None, parent=sign(face, "digitalCapture"))).signer == SIGNER


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
    assert credentials.read(bytes(damaged)).state in {"invalid", "unreadable", "absent"}


@pytest.mark.parametrize(
    "data",
    [b"c2pa", b"c2pa" * 1_000_000, png((b"caBX", boxes(50_000))), png((b"caBX", boxes(1)))],
    ids=["the mark alone", "many marks", "boxes in boxes", "an empty box"],
)
def test_rubbish_is_soon_done_with(data: bytes) -> None:
    began = time.monotonic()
    assert credentials.read(data).state in {"unreadable", "absent"}
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
    assert credentials.read(signed).state is CredentialState.UNREADABLE


def test_without_the_extra_it_is_said_that_nobody_looked(
    signed: bytes, face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "find_spec", lambda _name: None)
    assert credentials.read(signed).state is CredentialState.UNCHECKED
    assert credentials.read(face).state is CredentialState.ABSENT


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
    assert credentials.read(elsewhere).state is CredentialState.UNREADABLE
    assert came == []
    with pytest.raises(c2pa.C2paError):  # left to itself, the library does
        c2pa.Reader("image/jpeg", io.BytesIO(elsewhere))
    assert len(came) == 1
