"""Reads a picture's C2PA content credential, as a program in a process of its own.

    python -I -B credential_reader.py < picture

The library is native code, and pictures may have been made to harm it: so it gets a process that
can end without harm, whose memory and time are bounded, and that can open no file and no
connection. What is found is printed as JSON; nothing is imported from the service.
"""

import io
import json
import resource
import sys
from typing import Any

MEMORY = 1 << 30  # bytes of address space, of which the library's code is a part
SECONDS = 5  # of a core
MANIFEST_MIB = 16  # of a manifest that is stored compressed
PARENTS = 16  # how far back a picture's history is followed
UNTRUSTED = "signingCredential.untrusted"  # as every signer is where no list of them is asked
SETTINGS = {
    "core": {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": MANIFEST_MIB},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}


def limit(**limits: int) -> None:
    """Bound what this process may use, for good."""
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, name), (most, most))


def read(data: bytes) -> dict[str, Any]:
    """What ``schemas.Credential`` has, with ``source_types`` in the place of ``declares_ai``."""
    import c2pa

    context = c2pa.Context.from_dict(SETTINGS)
    limit(RLIMIT_NOFILE=0)
    try:
        reader = c2pa.Reader(None, io.BytesIO(data), context=context)
    except c2pa.C2paError.ManifestNotFound:
        return {"state": "absent"}
    store = json.loads(reader.json())
    if reader.get_validation_state() not in ("Valid", "Trusted"):
        codes = {str(status.get("code")) for status in store.get("validation_status", [])}
        return {"state": "invalid", "problems": sorted(codes - {UNTRUSTED})}
    return {"state": "valid", **describe(store)}


def describe(store: dict[str, Any]) -> dict[str, Any]:
    """Of a valid manifest store: by whom and with what the picture was signed, and as what."""
    active = store["manifests"][store["active_manifest"]]
    signature = active.get("signature_info", {})
    generator = (active.get("claim_generator_info") or [{}])[0]
    named = f"{generator.get('name', '')} {generator.get('version') or ''}".strip()
    return {
        "signer": signature.get("issuer") or signature.get("common_name"),
        "signed_at": signature.get("time"),
        "generator": named or active.get("claim_generator"),
        "source_types": [kind for manifest in history(store) for kind in source_types(manifest)],
    }


def history(store: dict[str, Any]) -> list[dict[str, Any]]:
    """The active manifest and those of what the picture was made from, the latest first."""
    manifests, label = store["manifests"], store["active_manifest"]
    found: list[dict[str, Any]] = []
    while label in manifests and len(found) < PARENTS:
        found.append(manifests[label])
        ingredients = found[-1].get("ingredients", [])
        parents = [it for it in ingredients if it.get("relationship") == "parentOf"]
        label = parents[0].get("active_manifest") if parents else None
    return found


def source_types(manifest: dict[str, Any]) -> list[str]:
    """The ``digitalSourceType`` of each of its actions."""
    actions = [
        action
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", [])
    ]
    return [str(it["digitalSourceType"]) for it in actions if it.get("digitalSourceType")]


if __name__ == "__main__":
    limit(RLIMIT_CORE=0, RLIMIT_FSIZE=0, RLIMIT_CPU=SECONDS, RLIMIT_AS=MEMORY)
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)
