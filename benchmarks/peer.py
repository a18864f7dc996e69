"""What every peer does with a picture: our decoding and face code, and a score for each picture."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.model.manifest import Manifest
from service.pictures import faces, imaging
from service.pictures.faces import FaceFinder
from service.pictures.imaging import Pixels

ENOUGH = 2 * faces.DETECTION_SIDE  # as the service has it, whose detector would bring the model


class Peer(ABC):
    """Files to scores, in two steps, so that a batch may come between them."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest, self._finder = manifest, FaceFinder()

    def shown(self, file: bytes) -> Pixels:
        """What the network is shown of a picture: its faces."""
        picture = imaging.decode(file, enough=ENOUGH)
        margin, side = self._manifest.crop_margin, self._manifest.input_side
        return faces.look(picture.pixels, self._finder, margin, side)[1]

    def score(self, pictures: Sequence[Pixels]) -> list[float]:
        """One score for each picture, of all their faces in one call."""
        ends = np.cumsum([len(shown) for shown in pictures])[:-1]
        parts = np.split(self.scores(np.concatenate(pictures)), ends)
        return [float(part.max()) for part in parts]

    @abstractmethod
    def scores(self, images: Pixels) -> NDArray[np.float32]:
        """Of uint8 ``[n, side, side, 3]``: float32 ``[n]``."""
