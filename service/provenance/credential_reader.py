"""Reads a picture's C2PA content credential, as a program in a process of its own.

    (echo '{"mime": "image/png", "anchors": null}'; cat it.png) | python -I -B credential_reader.py

The library is native code, and pictures may have been made to harm it: so it gets a process that
can end without harm, whose memory and time are bounded, and that can open no file and no
connection. What is found is printed as JSON; nothing is imported from the service.
"""

import json
import os
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

MEMORY = 1 << 30  # bytes of address space, of which the library's code is a part
SECONDS = 5  # of a core
PARENTS = 16  # how far back a picture's history is followed
QUIET = {"ENCYPHER_C2PA_TELEMETRY": "off", "ENCYPHER_C2PA_ONLINE": "off"}

UNKNOWN = "signingCredential.untrusted"
EXPIRED = {"claimSignature.outsideValidity", "signingCredential.expired"}
STAMPED = "timeStamp.trusted"
FINE = (".match", ".validated", ".trusted", ".insideValidity")  # how codes of success end
OTHER_PICTURE = re.compile(r"assertion\.\w+Hash\.mismatch")

# The head of the box of all manifests (JUMBF, ISO 19566-5), behind its length.
STORE = re.compile(rb"....jumb....jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71", re.DOTALL)

Json = dict[str, Any]


def limit(**limits: int) -> None:
    """Bound what this process may use, for good."""
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, name), (most, most))


class Verifier:
    """The library, with one picture and the ``anchors``, PEM, that are trusted beside its own."""

    def __init__(self, data: bytes, mime: str, anchors: str | None) -> None:
        os.environ.update(QUIET)
        from encypher_c2pa import verify

        self._verify = verify
        self._data, self._mime = data, mime
        self._anchors: Json = {"trust_pem": anchors, "tsa_trust_pem": anchors}

    def report(self, **options: Any) -> Json:
        """The library's report."""
        report = self._verify(self._data, self._mime, online=False, **self._anchors, **options)
        return dict(report)

    def trusts(self, label: str) -> bool:
        """Whether the manifest ``label``, of what this picture was made from, is a trusted one's.

        The library looks at the latest manifest alone: so that one is made the latest. Its own
        picture is not here, which is no fault of it.
        """
        report = self.report(manifest_store=with_last(manifest_store(self._data), label))
        amiss = {code for code in codes(report, "failure") if not OTHER_PICTURE.fullmatch(code)}
        return report["trust"]["status"] == "valid_for_supplied_material" and not amiss


def read(verifier: Verifier) -> Json:
    """What ``records.Credential`` has, with the source types that are declared in place of
    ``declares_ai``, and those of them that a trusted signer declares.
    """
    report = verifier.report()
    if not report["present"]:
        return {"state": "absent"}
    state, problems = judge(report)
    if state in ("invalid", "unreadable"):
        return {"state": state, "problems": problems}
    return {"state": state, "problems": problems, **describe(report, state, verifier)}


def judge(report: Json) -> tuple[str, list[str]]:
    """The credential's state, and what was found wrong with it."""
    found = codes(report, "failure")
    problems = sorted(found - {UNKNOWN})
    if report["validation_state"] == "Trusted":
        return "trusted", problems
    if report["signature"] == "unknown":
        return "unreadable", problems
    if report["integrity"] != "valid" or found - {UNKNOWN} - EXPIRED:
        return "invalid", problems
    return ("expired" if found & EXPIRED else "unknown_signer"), problems


def codes(report: Json, outcome: str) -> set[str]:
    """C2PA's codes of that outcome, for the active manifest."""
    return {str(status["code"]) for status in report["validation_results"][outcome]}


def describe(report: Json, state: str, verifier: Verifier) -> Json:
    """Of an intact credential: by whom and with what the picture was signed, and as what."""
    store = report["manifest_report"]
    active = store["manifests"][store["active_manifest"]]
    signature = active.get("signature_info") or {}
    found = history(store)
    return {
        "signer": signature.get("issuer") or signature.get("common_name"),
        "signed_at": signed_at(verifier) if STAMPED in codes(report, "success") else None,
        "generator": generator(active),
        "source_types": source_types(found.values()),
        "vouched_types": source_types(vouched(found, verifier)) if state == "trusted" else [],
    }


def signed_at(verifier: Verifier) -> str | None:
    """When a time-stamping authority saw the signature: told in the strict report alone."""
    newest, *_ = verifier.report(strict_conformance=True)["content_credentials"]["manifests"]
    time = newest["signature"].get("timeStampInfo", {}).get("timestamp")
    return str(time) if time else None


def generator(manifest: Json) -> str | None:
    """The program that made a manifest, with its version."""
    info = manifest.get("claim_generator_info") or {}
    info = info[0] if isinstance(info, list) else info
    named = f"{info.get('name', '')} {info.get('version') or ''}".strip()
    return named or manifest.get("claim_generator")


def history(store: Json) -> dict[str, Json]:
    """The active manifest and those of what the picture was made from, the latest first."""
    manifests, label = store["manifests"], store["active_manifest"]
    found: dict[str, Json] = {}
    while label in manifests and label not in found and len(found) < PARENTS:
        found[label] = manifests[label]
        link = made_from(found[label])
        address = link.get("activeManifest") or link.get("c2pa_manifest") or {}
        label = str(address.get("url", "")).rpartition("/")[2]
    return found


def made_from(manifest: Json) -> Json:
    """What a manifest says of what its picture was made from."""
    said = [assertion.get("data") or {} for assertion in manifest.get("assertions", [])]
    return next((it for it in said if it.get("relationship") == "parentOf"), {})


def vouched(found: dict[str, Json], verifier: Verifier) -> Iterator[Json]:
    """The latest manifest, which is trusted, and those before it that are, up to one that is not.

    Whoever signed the later one must have seen the earlier one intact, with its picture.
    """
    manifests = iter(found.values())
    yield next(manifests)
    for later, label in pairwise(found):
        if not (saw_intact(found[later]) and verifier.trusts(label)):
            return
        yield found[label]


def saw_intact(manifest: Json) -> bool:
    """Whether nothing was amiss with what it was made from; who signed that is asked anew."""
    link = made_from(manifest)
    results = (link.get("validationResults") or {}).get("activeManifest") or {}
    recorded = [*results.get("failure", []), *(link.get("validationStatus") or [])]
    amiss = {str(it.get("code")) for it in recorded if not str(it.get("code")).endswith(FINE)}
    return amiss <= {UNKNOWN, *EXPIRED}


def source_types(manifests: Iterable[Json]) -> list[str]:
    """The ``digitalSourceType`` of each action."""
    actions = [
        action
        for manifest in manifests
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", [])
    ]
    return [str(it["digitalSourceType"]) for it in actions if it.get("digitalSourceType")]


def manifest_store(data: bytes) -> bytes:
    """The box of all manifests in a picture's file; nothing if it is not in one piece there."""
    data = b"".join(in_jpeg(data)) if data.startswith(b"\xff\xd8") else data
    head = STORE.search(data)
    return data[head.start() : head.start() + int.from_bytes(head[0][:4])] if head else b""


def in_jpeg(data: bytes) -> Iterator[bytes]:
    """What segments APP11 hold of a box; each but the first repeats its head (C2PA, A.3.1)."""
    at, skipped = 2, 8
    while data[at : at + 1] == b"\xff" and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if data[at + 1] == 0xEB and data[at + 4 : at + 6] == b"JP":
            yield data[at + 4 + skipped : end]
            skipped = 16
        at = end


def with_last(store: bytes, label: str) -> bytes:
    """The same manifests, the one called ``label`` moved to the end, where the latest stands."""
    head, rest = store[:8], store[8:]
    inside: list[bytes] = []
    while len(rest) >= 8 and (size := int.from_bytes(rest[:4])) >= 8:
        inside.append(rest[:size])
        rest = rest[size:]
    inside[1:] = sorted(inside[1:], key=lambda box: label.encode() + b"\0" in box[:200])
    return head + b"".join(inside)


if __name__ == "__main__":
    limit(RLIMIT_CORE=0, RLIMIT_FSIZE=0, RLIMIT_CPU=SECONDS, RLIMIT_AS=MEMORY)
    asked = json.loads(sys.stdin.buffer.readline())
    verifier = Verifier(sys.stdin.buffer.read(), **asked)
    limit(RLIMIT_NOFILE=0)
    json.dump(read(verifier), sys.stdout)
