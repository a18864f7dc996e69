"""What the peers have in common: our decoding and face code, and TensorFlow as it comes.

Nothing here imports our model class, which would set TensorFlow's threads.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from service.model.manifest import Manifest, newest
from service.pictures import faces, imaging
from service.pictures.faces import FaceFinder
from service.pictures.imaging import Pixels
from service.settings import read_settings


class PlainModel:
    """The newest artifact, its signature called with as many faces as there are."""

    def __init__(self) -> None:
        folder = newest(read_settings().model)
        self._manifest, self._finder = Manifest.read(folder), FaceFinder()
        self._loaded = tf.saved_model.load(folder)

    def shown(self, file: bytes) -> Pixels:
        """What the network is shown of a picture: its faces."""
        picture = imaging.decode(file, enough=2 * faces.DETECTION_SIDE)
        margin, side = self._manifest.crop_margin, self._manifest.input_side
        return faces.look(picture.pixels, self._finder, margin, side)[1]

    def score(self, pictures: Sequence[Pixels]) -> list[float]:
        """One score for each picture, of all their faces in one call."""
        images = tf.constant(np.concatenate(pictures))
        outputs = self._loaded.signatures["serving_default"](image=images)
        ends = np.cumsum([len(shown) for shown in pictures])[:-1]
        parts = np.split(outputs["fake_probability"].numpy(), ends)
        return [float(part.max()) for part in parts]
