"""What a file says of itself, as it goes over the wire."""

from enum import StrEnum

from pydantic import BaseModel, Field


class CredentialState(StrEnum):
    """Whether a picture has a C2PA content credential, and whether it holds."""

    ABSENT = "absent"
    VALID = "valid"
    INVALID = "invalid"
    UNREADABLE = "unreadable"
    UNCHECKED = "unchecked"


class AiUse(StrEnum):
    """What part AI is said to have had."""

    GENERATED = "generated"
    EDITED = "edited"


class Credential(BaseModel):
    """A C2PA content credential; all but its state is told of one that holds only."""

    state: CredentialState = Field(
        description="`valid`: it is signed, and nothing was changed since; `invalid`: something "
        "was, or the signature is wrong; `unreadable`: it is damaged or lies elsewhere; "
        "`unchecked`: there is one, and the service cannot read it (the extra `c2pa` is missing)."
    )
    signer: str | None = Field(
        None, description="As the certificate names it; against no list of trusted signers."
    )
    signed_at: str | None = Field(None, description="When, if a time-stamping authority says so.")
    generator: str | None = Field(None, description="The program that made the credential.")
    declares_ai: AiUse | None = Field(
        None, description="What it declares of AI, for the picture or for what it was made from."
    )
    problems: list[str] = Field(
        [], description="Of an invalid one: C2PA's codes, such as `assertion.dataHash.mismatch`."
    )


class Mark(BaseModel):
    """What a file's metadata say of the program that made it; easily removed or faked."""

    place: str = Field(description="Where it stands.")
    value: str | None = Field(None, description="What stands there; of a prompt, nothing.")
    generator: str | None = Field(None, description="The image generator that it names.")
    declares_ai: AiUse | None = Field(None, description="What an IPTC source type says of AI.")


class Camera(BaseModel):
    """The camera that EXIF names: weak evidence, since anyone can write it."""

    make: str | None
    model: str | None


class Provenance(BaseModel):
    """Where the file says that it comes from: evidence beside the score, never mixed into it."""

    credential: Credential
    marks: list[Mark] = Field(description="Of programs, image generators above all.")
    camera: Camera | None
