"""What a file says of itself, as it goes over the wire."""

from enum import StrEnum

from pydantic import BaseModel, Field


class CredentialState(StrEnum):
    """Whether a picture has a C2PA content credential, whether it holds, and who vouches for it."""

    ABSENT = "absent"
    TRUSTED = "trusted"
    UNKNOWN_SIGNER = "unknown_signer"
    EXPIRED = "expired"
    INVALID = "invalid"
    UNREADABLE = "unreadable"
    UNCHECKED = "unchecked"


class AiUse(StrEnum):
    """What part AI is said to have had."""

    GENERATED = "generated"
    EDITED = "edited"


class Credential(BaseModel):
    """A C2PA content credential; of one that is broken, no more is told than what is wrong."""

    state: CredentialState = Field(
        description="`trusted`: nothing was changed since it was signed, and the signer's "
        "certificate comes from an authority in the lists; `unknown_signer`: nothing was changed, "
        "and nobody vouches for the signer; `expired`: likewise, and the signer's certificate has "
        "run out without a time stamp that counts; `invalid`: something was changed, or the "
        "signature is wrong; `unreadable`: it is damaged or lies elsewhere; `unchecked`: there is "
        "one, and the service cannot read it (the extra `c2pa` is missing)."
    )
    signer: str | None = Field(None, description="As the certificate names it.")
    signed_at: str | None = Field(
        None, description="When, if a time-stamping authority that is trusted says so."
    )
    generator: str | None = Field(None, description="The program that made the credential.")
    declares_ai: AiUse | None = Field(
        None, description="What it declares of AI, for the picture or for what it was made from."
    )
    vouched: bool = Field(
        False, description="Whether a trusted signer declares that; else anybody may have."
    )
    problems: list[str] = Field(
        [], description="What is wrong: C2PA's codes, such as `assertion.dataHash.mismatch`."
    )
    trust_lists: str | None = Field(
        None, description="Of which day the lists of trusted signers are; null without any."
    )


class Mark(BaseModel):
    """What metadata, or a file's name, say of the program that made it; easily removed or faked."""

    place: str = Field(description="Where it stands; `file name` is the weakest.")
    value: str | None = Field(
        None, description="What stands there; of a prompt and of a name, nothing."
    )
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
