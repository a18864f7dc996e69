"""Where a picture says that it comes from: evidence beside the score, never mixed into it."""

from contextlib import suppress

from service.pictures import jpeg
from service.provenance import credentials, metadata, names
from service.provenance.marks import camera, marks
from service.provenance.records import AiUse, Camera, Mark, Provenance


def examine(data: bytes, kind: str, name: str = "", anchors: str | None = None) -> Provenance:
    """What the bytes of a picture file of the format ``kind``, and its ``name``, say.

    Metadata that cannot be read are none. ``anchors`` are as for ``credentials.read``.
    """
    beside = jpeg.without_scans(data) if kind == "JPEG" else data
    found: list[Mark] = []
    taken_with: Camera | None = None
    with suppress(Exception):  # decoders raise nearly anything on broken input
        written = metadata.read(beside)
        found, taken_with = marks(written), camera(written.exif)
    return Provenance(
        credential=credentials.read(data, kind, anchors, beside),
        marks=[*found, *names.marks(name)],
        camera=taken_with,
    )


def declares_generation(provenance: Provenance) -> bool:
    """Whether a signer who is trusted says that AI made the picture."""
    credential = provenance.credential
    return credential.vouched and credential.declares_ai is AiUse.GENERATED


def claims_generation(provenance: Provenance) -> bool:
    """Whether the file says that AI made the picture, and nobody who is trusted does."""
    said = [provenance.credential.declares_ai, *(it.declares_ai for it in provenance.marks)]
    return AiUse.GENERATED in said and not declares_generation(provenance)
