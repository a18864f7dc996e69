"""Each picture is judged by a network that was not shown its source."""

from dataclasses import replace

import numpy as np
import pytest

from tests.prepared import prepare
from training.errors import RunError
from training.fitting.calibrate import Scored, fit
from training.fitting.strangers import Pictures, Strangers

SOURCES = ["ffhq", "press", "dfdc", "dfdc", "veo"]
LABELS = np.array([0, 0, 0, 1, 1])
SPLITS = np.array(["test", "train", "valid", "test", "valid"])
LOGITS = np.arange(10, dtype=np.float64).reshape(2, 5)


@pytest.fixture
def them() -> Strangers:
    """Two networks: one without ffhq and dfdc, the other without press, veo and dfdc."""
    without = [frozenset({"ffhq", "dfdc"}), frozenset({"press", "veo", "dfdc"})]
    return Strangers.of(Pictures(prepare(LABELS, SOURCES), SPLITS), list(LOGITS), without)


def test_who_was_left_out_is_known_by_source(them: Strangers) -> None:
    assert them.left_out.tolist() == [
        [True, False, True, True, False],
        [False, True, True, True, True],
    ]


def test_a_picture_s_logit_is_that_of_the_first_that_did_not_know_it(them: Strangers) -> None:
    assert them.fold.tolist() == [0, 1, 0, 0, 1]
    assert them.logit.tolist() == [0, 6, 2, 3, 9]


def test_a_calibration_is_fitted_on_the_pictures_that_are_chosen(them: Strangers) -> None:
    """Of the validation's, the folds that were shown a source say what it is to be known."""
    left_out = them.left_out.copy()
    left_out[1, 2] = False
    them = replace(them, left_out=left_out)
    chosen = np.array([True, False, True, True, True])
    strange = Scored(np.array([0.0, 2, 3, 9]), LABELS[chosen], np.array(SOURCES)[chosen])
    known = Scored(np.array([4.0, 7]), np.array([1, 0]), np.array(["veo", "dfdc"]))
    assert them.calibration(chosen) == fit(known, strange)


def test_labels_families_and_split_are_kept(them: Strangers) -> None:
    assert np.array_equal(them.labels, LABELS)
    assert np.array_equal(them.logits, LOGITS)
    assert them.families.tolist() == SOURCES
    assert them.sources.tolist() == SOURCES
    assert them.splits is SPLITS
    assert them.in_test.tolist() == [True, False, False, True, False]


def test_a_picture_that_every_network_was_shown_is_no_stranger() -> None:
    """As where a fold is still to come."""
    pictures = Pictures(prepare(LABELS, SOURCES), SPLITS)
    with pytest.raises(RunError, match="press: was left out of no fold"):
        Strangers.of(pictures, [LOGITS[0]], [frozenset({"ffhq", "dfdc", "veo"})])
