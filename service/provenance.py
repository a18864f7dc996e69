"""Where a picture says that it comes from: evidence beside the score, never mixed into it."""

from contextlib import suppress

from service import credentials
from service.evidence import AiUse, Camera, CredentialState, Mark, Provenance
from service.marks import camera, marks
from service.pictures import imaging


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
