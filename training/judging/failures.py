"""The worst mistakes, in words: what the pictures were like, without showing them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.pixels import Pixels
from training.data.samples import LABELS
from training.judging.file_features import NAMES, describe
from training.judging.metrics import Scores

WORST = 5  # of each label
WORDS = {  # for the lowest and the highest fifth
    "brightness": ("dark", "bright"),
    "contrast": ("flat", "of strong contrast"),
    "saturation": ("pale", "colourful"),
    "sharpness": ("soft", "sharp"),
    "noise": ("smooth", "grainy"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One picture that was judged wrongly."""

    label: str
    source: str
    fake_probability: float
    words: str


def failures(pixels: Pixels, scores: Scores) -> list[Failure]:
    """The real pictures with the highest scores, then the fakes with the lowest."""
    firsts = np.array([np.flatnonzero(pixels.owners == n)[0] for n in range(len(pixels.labels))])
    features = np.stack([describe(pixels.images[i].astype(np.float64)) for i in firsts])
    low, high = np.quantile(features, (0.2, 0.8), axis=0)
    order = np.argsort(scores)
    reals = [n for n in order[::-1] if pixels.labels[n] == 0][:WORST]
    fakes = [n for n in order if pixels.labels[n] == 1][:WORST]
    return [
        Failure(
            LABELS[pixels.labels[n]],
            pixels.sources[n],
            float(scores[n]),
            in_words(features[n] < low, features[n] > high),
        )
        for n in (*reals, *fakes)
    ]


def in_words(low: NDArray[np.bool_], high: NDArray[np.bool_]) -> str:
    """What stands out, from which of the features ``NAMES`` are low or high among all pictures."""
    words = []
    for position, name in enumerate(NAMES):
        if name in WORDS and (low[position] or high[position]):
            words.append(WORDS[name][int(high[position])])
    return ", ".join(words) or "nothing that stands out"
