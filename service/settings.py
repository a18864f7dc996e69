"""Every knob of the service, each an environment variable with the prefix ``DEEPFAKE_``."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.batching import MAX_BATCH
from service.errors import SettingsError
from service.imaging import MAX_PIXELS


class Settings(BaseSettings):
    """Read once at start-up; ``DEEPFAKE_PORT=9000`` sets ``port``."""

    model_config = SettingsConfigDict(env_prefix="DEEPFAKE_", frozen=True)

    model: Path = Field(
        Path("models/deepfake"),
        description="Folder of the model; the highest version folder in it is served.",
    )
    model_poll_seconds: float = Field(
        0.0, ge=0, description="How often to look for a newer version of the model; 0 never."
    )
    face_model: Path | None = Field(
        None, description="File of the face detector YuNet; without it, the one installed."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    max_body_bytes: int = Field(
        20 * 1024 * 1024, gt=0, description="Largest request body that is read, in bytes."
    )
    max_pixels: int = Field(
        MAX_PIXELS, gt=0, description="Largest picture that is decoded, in pixels."
    )
    queue_limit: int = Field(
        64, gt=0, description="Pictures under way at a time; more are refused with 503."
    )
    deadline_seconds: float = Field(
        10.0, gt=0, description="Longest that a picture may take, upload included."
    )
    batch_size: int = Field(MAX_BATCH, gt=0, description="Most faces in one call of the model.")
    batch_wait_ms: float = Field(
        0.0, ge=0, description="Longest that a call is held back to gather more faces."
    )


def read_settings() -> Settings:
    """The settings that the environment asks for.

    Raises:
        SettingsError: a variable has a value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "DEEPFAKE_" + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}={first['input']}: {first['msg']}") from error
