"""Which pictures a made forgery is made of."""

import numpy as np

from training.data.blend import self_blend, swap
from training.data.changes import Changes
from training.data.example import Image
from training.data.pixels import Pixels

# Where the landmarks mostly are, as shares of the side; for a picture in which no face is found.
TYPICAL = ((0.34, 0.38), (0.65, 0.38), (0.49, 0.54), (0.37, 0.70), (0.62, 0.70))
SWAPPED = 0.5  # of the forgeries; the others are blended with themselves


class Forger:
    """Makes forgeries of the real images of ``Pixels``; a face comes from the same source."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        unknown = np.isnan(pixels.landmarks[:, 0, 0])
        usual = np.array(TYPICAL, np.float32) * pixels.edges[:, None, None].astype(np.float32)
        self._landmarks = np.where(unknown[:, None, None], usual, pixels.landmarks)
        self._sources = np.array(pixels.sources)[pixels.owners]
        real = (pixels.labels[pixels.owners] == 0) & ~unknown
        self._donors = {
            str(source): np.flatnonzero(real & (self._sources == source))
            for source in np.unique(self._sources)
        }

    def __call__(self, position: int, generator: np.random.Generator) -> tuple[Image, Changes]:
        """A forgery of the image at ``position``, uint8 RGB ``[edge, edge, 3]``, and where."""
        image, landmarks = self._pixels.unpadded(position), self._landmarks[position]
        donors = self._donors[str(self._sources[position])]
        if generator.random() < SWAPPED and len(donors):
            donor = generator.choice(donors)
            face, its_landmarks = self._pixels.unpadded(int(donor)), self._landmarks[donor]
            return swap(image, landmarks, face, its_landmarks, generator)
        return self_blend(image, landmarks, generator)
