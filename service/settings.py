"""Every knob of the service, each an environment variable with the prefix ``DEEPFAKE_``."""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Self

from limits import parse_many
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.errors import SettingsError
from service.model import shipped
from service.model.batching import MAX_BATCH
from service.pictures.imaging import MAX_PIXELS
from service.provenance import trust

DIGEST = re.compile(r"[0-9a-f]{64}")  # SHA-256, hexadecimal
# Each part of a name has 63 characters at most, and the last is no number: that is an address.
HOST_NAME = re.compile(r"((?!-)[\w-]{1,63}\.)*(?!-|\d+\.?$)[\w-]{1,63}\.?")
ORIGIN = re.compile(r"https?://[^*/?#@]+")


def _split(value: object) -> object:
    """A variable's text, taken apart at its commas, blanks and lines."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Several = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Place = Annotated[Path, AfterValidator(lambda path: Path(os.path.expanduser(path)))]  # noqa: PTH111


class Settings(BaseSettings):
    """Read once at start-up; ``DEEPFAKE_PORT=9000`` sets ``port``."""

    model_config = SettingsConfigDict(env_prefix="DEEPFAKE_", frozen=True, allow_inf_nan=False)

    model: Place = Field(
        shipped.PLACE,
        description="Folder of the model; the highest version folder in it is served.",
    )
    model_poll_seconds: float = Field(
        0.0, ge=0, description="How often to look for a newer version of the model; 0 never."
    )
    thresholds: Place | None = Field(
        None, description="File of own thresholds, from `deepfake calibrate`; else the model's."
    )
    face_model: Place | None = Field(
        None, description="File of the face detector YuNet; without it, the one installed."
    )
    trust_anchors: Place | None = Field(
        None, description="File of certificates (PEM) that may vouch for credentials, too."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    max_body_bytes: int = Field(
        20 * 1024 * 1024, gt=0, description="Largest request body that is read, in bytes."
    )
    max_pixels: int = Field(
        MAX_PIXELS,
        gt=0,
        description="Most pixels that are decoded of a picture; a larger JPEG is reduced.",
    )
    queue_limit: int = Field(
        64, gt=0, description="Pictures under way at a time; more are refused with 503."
    )
    upload_seconds: float = Field(300.0, gt=0, description="Longest that an upload may take.")
    stall_seconds: float = Field(
        10.0, gt=0, description="Longest to wait for the next 64 KiB of an upload, or for its end."
    )
    deadline_seconds: float = Field(
        10.0, gt=0, description="Longest that a picture may take once it has come."
    )
    cores: int | None = Field(
        None, gt=0, description="Cores that it may use; None, all that its process is given."
    )
    batch_size: int = Field(MAX_BATCH, gt=0, description="Most faces in one call of the model.")
    batch_wait_ms: float = Field(
        0.0, ge=0, description="Longest that a call is held back to gather more faces."
    )
    api_keys: Several = Field(
        (), description="SHA-256 digests of the keys that may score, by comma; `deepfake key`."
    )
    anonymous: bool | None = Field(
        None, description="Whether one may score without a key; None, on a loopback address only."
    )
    rate_limit: str | None = Field(
        None, description="How often a key, or else an address, may score: `60/minute`."
    )
    cors_origins: Several = Field((), description="Origins of other pages that may ask, by comma.")
    trusted_proxies: Several = Field(
        (),
        description="Addresses or networks of proxies whose X-Forwarded headers count, by comma; "
        "`*`, any.",
    )

    @model_validator(mode="before")
    @classmethod
    def _strip(cls, given: Mapping[str, object]) -> dict[str, object]:
        """Blanks around a value mean nothing, and a value that is nothing else is none.

        Which model is meant where none is named depends on the working folder.
        """
        stripped = {name: it.strip() if isinstance(it, str) else it for name, it in given.items()}
        return {"model": shipped.find()} | {name: it for name, it in stripped.items() if it != ""}

    @field_validator("host")
    @classmethod
    def _is_an_address(cls, host: str) -> str:
        try:
            return str(ip_address(host.removeprefix("[").removesuffix("]")))
        except ValueError:
            if not HOST_NAME.fullmatch(host):
                raise ValueError("name an address to listen on, such as 0.0.0.0") from None
            return host

    @field_validator("trust_anchors")
    @classmethod
    def _are_certificates(cls, path: Path | None) -> Path | None:
        trust.read_anchors(path)
        return path

    @field_validator("api_keys")
    @classmethod
    def _are_digests(cls, digests: tuple[str, ...]) -> tuple[str, ...]:
        digests = tuple(digest.lower() for digest in digests)
        if not all(map(DIGEST.fullmatch, digests)):
            raise ValueError("give SHA-256 digests, not the keys; `deepfake key` prints both")
        return digests

    @field_validator("rate_limit")
    @classmethod
    def _is_a_rate(cls, rate: str | None) -> str | None:
        if rate is not None:
            first, *others = parse_many(rate)
            if others or not first.amount:
                raise ValueError("give one rate, such as 60/minute")
        return rate

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_origin, origins))

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        if proxies != ("*",):
            for proxy in proxies:
                ip_network(proxy)  # says what is wrong with it
        return proxies

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        """Refuse to let in by accident whom nobody meant to."""
        if self.anonymous is None and not self.api_keys and not is_loopback(self.host):
            raise ValueError(
                f"DEEPFAKE_HOST={self.host} lets the network in: set DEEPFAKE_API_KEYS, "
                "or DEEPFAKE_ANONYMOUS=true if anyone may score"
            )
        if self.anonymous is False and not self.api_keys:
            raise ValueError("DEEPFAKE_ANONYMOUS=false asks for a key; DEEPFAKE_API_KEYS is empty")
        if self.anonymous and self.api_keys:
            raise ValueError("DEEPFAKE_ANONYMOUS=true voids DEEPFAKE_API_KEYS; set one of both")
        return self


def _origin(text: str) -> str:
    """An origin as a browser sends it: scheme, host, and the port unless it is the scheme's own."""
    try:
        origin = str(AnyHttpUrl(text)).removesuffix("/")
    except ValidationError:
        origin = ""
    if not ORIGIN.fullmatch(origin):
        raise ValueError("name each origin, such as https://example.org")
    return origin


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_settings(**overriding: object) -> Settings:
    """The settings that the environment asks for, but for those that are given.

    Raises:
        SettingsError: a variable has a value that cannot be used.
    """
    try:
        return Settings(**overriding)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:  # it is about several, and names them
            raise SettingsError(message) from error
        name = str(first["loc"][0])
        said = repr(str(first["input"]))[1:-1]  # in one line, whatever it holds
        value = "" if name == "api_keys" else f"={said}"  # a key may stand there
        raise SettingsError(f"DEEPFAKE_{name.upper()}{value}: {message}") from error
