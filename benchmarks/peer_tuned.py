"""A peer with our model class."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer import Peer
from service.model.loaded import Model
from service.pictures.imaging import Pixels
from service.settings import read_settings


class TunedModel(Peer):
    """The newest artifact, called as the service calls it."""

    def __init__(self) -> None:
        self._model = Model.latest(read_settings().model)
        super().__init__(self._model.manifest)

    def scores(self, images: Pixels) -> NDArray[np.float32]:
        """A core for each part of them."""
        return self._model.score(images)
