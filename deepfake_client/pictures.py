"""A picture on its way to the service, and what became of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from deepfake_client.errors import PictureError
from service.pictures import folders
from service.scoring.schemas import PredictionResponse

Picture = str | os.PathLike[str] | bytes | BinaryIO

OF_ONE = (PictureError, OSError)  # what is wrong with one picture, and not with the next


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture of several: its prediction, or the error that it has none for.

    The error is an ``OSError`` where the file cannot be read here.
    """

    path: Path
    prediction: PredictionResponse | None = None
    error: PictureError | OSError | None = None


def form(picture: Picture) -> dict[str, Any]:
    """The multipart form that brings the picture, as httpx takes it; read whole, to be sent again.

    Its name goes along, since the service looks for marks of generators in it.

    Raises:
        OSError: the file cannot be read.
    """
    if isinstance(picture, bytes):
        return {"file": picture}
    if isinstance(picture, str | os.PathLike):
        return {"file": (_sayable(picture), folders.read(Path(picture)))}
    name = getattr(picture, "name", "")  # of a file without a path, a number or nothing
    return {"file": (_sayable(name) if isinstance(name, str) else "", picture.read())}


def _sayable(path: str | os.PathLike[str]) -> str:
    """A file's name as HTTP can say it: in UTF-8, which names on a disk need not be."""
    return Path(path).name.encode(errors="replace").decode()
