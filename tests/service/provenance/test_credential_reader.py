"""The reader of content credentials: what was made to harm does no harm, and nobody hears of it."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from encypher_c2pa import verify

from service.provenance import credentials
from service.provenance.credential_reader import Verifier
from service.provenance.credentials import READER
from service.provenance.records import CredentialState
from tests.forged import boxes, png
from tests.service.provenance.test_credentials import read
from tests.signed import sign, tampered


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
