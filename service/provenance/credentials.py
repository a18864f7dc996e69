"""C2PA content credentials: whether a picture has one, whether it holds, and who declares what.

https://spec.c2pa.org. It is read by the extra ``c2pa``, out of this process and offline.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from service.provenance.records import AiUse, Credential, CredentialState
from service.provenance.trust import lists_date

READER = Path(__file__).with_name("credential_reader.py")
SECONDS = 8.0  # of waiting for the reader; it takes a tenth of one
LIBRARY = "encypher_c2pa"
# The label of the box that every credential lies in, and where XMP says that it lies elsewhere.
MARKS = (b"c2pa", b"dcterms:provenance")
WITHOUT = {"BMP"}  # has no place for one
MOST_TEXT, MOST_PROBLEMS = 100, 8

# Of https://cv.iptc.org/newscodes/digitalsourcetype/ and C2PA's own; files write them in any case.
GENERATED = {"trainedalgorithmicmedia", "trainedalgorithmicdata"}
EDITED = {"compositewithtrainedalgorithmicmedia"}


def read(
    data: bytes, kind: str, anchors: str | None = None, beside: bytes | None = None
) -> Credential:
    """The credential in the bytes of a picture file of the format ``kind``, such as ``JPEG``.

    ``anchors`` are certificates, PEM, of authorities that are trusted beside those of the lists.
    ``beside`` is the file less its pixels, if somebody has that: there a credential is looked for.
    No error is ever raised for what the bytes hold.
    """
    searched = data if beside is None else beside
    if kind in WITHOUT or not any(mark in searched for mark in MARKS):
        return _of(CredentialState.ABSENT)
    if not find_spec(LIBRARY):
        return _of(CredentialState.UNCHECKED)
    try:
        found = _ask(data, kind, anchors)
        state = found["state"]
        declared = ai_use(found.get("source_types", []))
        return _of(
            state,
            signer=short(found.get("signer")),
            signed_at=short(found.get("signed_at")),
            generator=short(found.get("generator")),
            declares_ai=declared,
            vouched=declared is not None and declared is ai_use(found.get("vouched_types", [])),
            problems=[str(short(code)) for code in found.get("problems", [])][:MOST_PROBLEMS],
        )
    except (subprocess.SubprocessError, OSError, ValueError, TypeError, KeyError):
        return _of(CredentialState.UNREADABLE)


def ai_use(source_types: Iterable[str]) -> AiUse | None:
    """What terms, or addresses that end in terms, of ``digitalSourceType`` say of AI."""
    terms = {kind.rpartition("/")[2].casefold() for kind in source_types}
    if terms & GENERATED:
        return AiUse.GENERATED
    return AiUse.EDITED if terms & EDITED else None


def short(value: object) -> str | None:
    """One printable line of what a file says, or None of nothing."""
    text = "".join(it if it.isprintable() else " " for it in str(value or "")[: 4 * MOST_TEXT])
    return " ".join(text.split())[:MOST_TEXT] or None


def _of(state: CredentialState, **said: Any) -> Credential:
    return Credential(state=state, trust_lists=lists_date(), **said)


def _ask(data: bytes, kind: str, anchors: str | None) -> dict[str, Any]:
    asked = json.dumps({"mime": f"image/{kind.lower()}", "anchors": anchors}).encode()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-B", str(READER)],
        input=asked + b"\n" + data,
        capture_output=True,
        timeout=SECONDS,
        check=True,
        env={},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
