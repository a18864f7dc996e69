"""C2PA content credentials: whether a picture has one, whether it holds, and what it declares.

https://spec.c2pa.org. It is read by the extra ``c2pa``, out of this process and offline; who signed
is what the certificate says, since no list of trusted signers is asked.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from service.provenance.records import AiUse, Credential, CredentialState

READER = Path(__file__).with_name("credential_reader.py")
SECONDS = 8.0  # of waiting for the reader; it takes a tenth of one
MARK = b"c2pa"  # the label of the box that every credential lies in
MOST_TEXT, MOST_PROBLEMS = 100, 8

# Of https://cv.iptc.org/newscodes/digitalsourcetype/ and C2PA's own.
GENERATED = {"trainedAlgorithmicMedia", "trainedAlgorithmicData"}
EDITED = {"compositeWithTrainedAlgorithmicMedia"}


def read(data: bytes) -> Credential:
    """The credential in a picture file's bytes; no error is ever raised for what they hold."""
    if MARK not in data:
        return Credential(state=CredentialState.ABSENT)
    if not find_spec("c2pa"):
        return Credential(state=CredentialState.UNCHECKED)
    try:
        found = _ask(data)
        return Credential(
            state=found["state"],
            signer=short(found.get("signer")),
            signed_at=short(found.get("signed_at")),
            generator=short(found.get("generator")),
            declares_ai=ai_use(found.get("source_types", [])),
            problems=[str(short(code)) for code in found.get("problems", [])][:MOST_PROBLEMS],
        )
    except (subprocess.SubprocessError, OSError, ValueError, TypeError, KeyError):
        return Credential(state=CredentialState.UNREADABLE)


def ai_use(source_types: Iterable[str]) -> AiUse | None:
    """What terms, or addresses that end in terms, of ``digitalSourceType`` say of AI."""
    terms = {kind.rpartition("/")[2] for kind in source_types}
    if terms & GENERATED:
        return AiUse.GENERATED
    return AiUse.EDITED if terms & EDITED else None


def short(value: object) -> str | None:
    """One printable line of what a file says, or None of nothing."""
    text = "".join(it if it.isprintable() else " " for it in str(value or "")[: 4 * MOST_TEXT])
    return " ".join(text.split())[:MOST_TEXT] or None


def _ask(data: bytes) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-B", str(READER)],
        input=data,
        capture_output=True,
        timeout=SECONDS,
        check=True,
        env={},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
