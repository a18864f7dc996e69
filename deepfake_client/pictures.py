"""A picture on its way to the service, and what became of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from deepfake_client.errors import PictureError
from service.pictures import folders
from service.pictures.names import shown
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
        return {"file": ("picture", picture)}
    if isinstance(picture, str | os.PathLike):
        return {"file": (shown(Path(picture).name), folders.read(Path(picture)))}
    name = getattr(picture, "name", "")
    return {"file": (shown(Path(name).name) if isinstance(name, str) else "", picture.read())}
