"""A peer with TensorFlow as it comes.

Nothing here imports our model class, which would set TensorFlow's threads.
"""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.peer import Peer
from service.model.manifest import Manifest, newest
from service.pictures.imaging import Pixels
from service.settings import read_settings


class PlainModel(Peer):
    """The newest artifact, its signature called with as many faces as there are."""

    def __init__(self) -> None:
        folder = newest(read_settings().model)
        super().__init__(Manifest.read(folder))
        self._loaded = tf.saved_model.load(folder)

    def scores(self, images: Pixels) -> NDArray[np.float32]:
        """As TensorFlow gives them."""
        outputs = self._loaded.signatures["serving_default"](image=tf.constant(images))
        return np.asarray(outputs["fake_probability"].numpy(), np.float32)
