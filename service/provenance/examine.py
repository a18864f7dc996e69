"""Where a picture says that it comes from: evidence beside the score, never mixed into it."""

from contextlib import suppress

from service.pictures import imaging
from service.provenance import credentials
from service.provenance.marks import camera, marks
from service.provenance.records import AiUse, Camera, CredentialState, Mark, Provenance


def examine(data: bytes) -> Provenance:
    """What a picture file's bytes carry; metadata that cannot be read are none."""
    found: list[Mark] = []
    taken_with: Camera | None = None
    # Decoders raise nearly anything on broken input.
    with suppress(Exception), imaging.open_header(data) as image:
        found, taken_with = marks(image), camera(image)
    return Provenance(credential=credentials.read(data), marks=found, camera=taken_with)


def declares_generation(provenance: Provenance) -> bool:
    """Whether a credential that holds says that AI made the picture."""
    credential = provenance.credential
    return credential.state is CredentialState.VALID and credential.declares_ai is AiUse.GENERATED
