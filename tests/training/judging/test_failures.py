"""The worst mistakes: the right ones, and in words that fit."""

import numpy as np
import pytest

from tests.pictures import smooth
from tests.prepared import prepare
from training.data.pixels import Pixels
from training.judging.failures import WORST, failures, in_words
from training.judging.file_features import NAMES

N = 40


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    """Even ones real, odd ones fake; picture 4 is nearly black."""
    images = np.stack([np.asarray(smooth(seed, side=32)) // 2 + 60 for seed in range(N)])
    images[4] = 3
    sources = [f"source{n % 4}" for n in range(N)]
    return prepare(np.arange(N) % 2, sources, images.astype(np.uint8))


def test_the_worst_of_each_label_come_worst_first(pixels: Pixels) -> None:
    scores = np.where(pixels.labels == 0, 0.1, 0.9)
    scores[4], scores[8], scores[5] = 0.99, 0.7, 0.02
    found = failures(pixels, scores)
    assert [failure.label for failure in found] == ["real"] * WORST + ["fake"] * WORST
    assert [failure.fake_probability for failure in found[:3]] == [0.99, 0.7, 0.1]
    assert (found[5].fake_probability, found[5].source) == (0.02, "source1")


def test_the_words_tell_what_the_picture_was_like(pixels: Pixels) -> None:
    scores = np.zeros(N)
    scores[4] = 1
    words = failures(pixels, scores)[0].words.split(", ")
    assert {"dark", "flat", "pale"} <= set(words)


def test_each_feature_has_its_words() -> None:
    nothing = np.zeros(len(NAMES), bool)
    assert in_words(nothing, nothing) == "nothing that stands out"
    assert in_words(nothing, ~nothing) == "bright, of strong contrast, colourful, sharp, grainy"
    assert in_words(~nothing, nothing) == "dark, flat, pale, soft, smooth"
