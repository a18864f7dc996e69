"""Made forgeries: changed in the face, untouched around it, and never twice the same."""

import numpy as np
import pytest

from service.faces import FaceFinder
from tests.pictures import PORTRAIT
from training.blend import Floats, self_blend, swap

IMAGE = np.asarray(PORTRAIT.resize((240, 240)))
TINTED = np.asarray(PORTRAIT.resize((240, 240)).rotate(8)).copy()
TINTED[..., 2] //= 2


@pytest.fixture(scope="module")
def landmarks() -> Floats:
    (face,) = FaceFinder().find(IMAGE)
    return np.array(face.landmarks, np.float32)


@pytest.fixture(scope="module")
def its_landmarks() -> Floats:
    (face,) = FaceFinder().find(TINTED)
    return np.array(face.landmarks, np.float32)


def difference(forged: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(forged.astype(int) - IMAGE).sum(axis=-1))


def swaps(landmarks: Floats, its_landmarks: Floats, seeds: range) -> list[np.ndarray]:
    return [
        swap(IMAGE, landmarks, TINTED, its_landmarks, np.random.default_rng(seed)) for seed in seeds
    ]


def test_a_swap_changes_the_face_and_nothing_else(landmarks: Floats, its_landmarks: Floats) -> None:
    left, top = landmarks.min(axis=0).astype(int)
    right, bottom = landmarks.max(axis=0).astype(int)
    for forged in swaps(landmarks, its_landmarks, range(20)):
        assert forged.shape == IMAGE.shape
        assert forged.dtype == np.uint8
        changed = difference(forged)
        assert changed[top:bottom, left:right].mean() > 3
        for corner in (changed[:20, :20], changed[:20, -20:], changed[-20:, :20]):
            assert corner.max() <= 3, "rounding alone"


def test_a_swapped_face_lies_on_the_landmarks(landmarks: Floats, its_landmarks: Floats) -> None:
    for forged in swaps(landmarks, its_landmarks, range(5)):
        (face,) = FaceFinder().find(forged)
        assert np.abs(np.array(face.landmarks) - landmarks).max() < 8


def test_a_swapped_face_takes_on_the_pictures_colour(
    landmarks: Floats, its_landmarks: Floats
) -> None:
    """The donor's blue is half of the picture's; what is pasted comes nearer to the latter."""
    left, top = landmarks.min(axis=0).astype(int)
    right, bottom = landmarks.max(axis=0).astype(int)
    blues = [
        forged[top:bottom, left:right, 2].mean()
        for forged in swaps(landmarks, its_landmarks, range(20))
    ]
    wanted = IMAGE[top:bottom, left:right, 2].mean()
    assert all(0.6 * wanted < blue < 1.15 * wanted for blue in blues)
    assert np.ptp(blues) > 3, "by more or less"


def test_a_self_blend_differs_somewhere_and_keeps_the_face_in_place(landmarks: Floats) -> None:
    for seed in range(20):
        forged = self_blend(IMAGE, landmarks, np.random.default_rng(seed))
        assert forged.shape == IMAGE.shape
        assert difference(forged).max() > 15
        (face,) = FaceFinder().find(forged)
        assert np.abs(np.array(face.landmarks) - landmarks).max() < 16


def test_a_forgery_depends_on_the_generator_alone(landmarks: Floats) -> None:
    forged = [self_blend(IMAGE, landmarks, np.random.default_rng(s)).tobytes() for s in range(10)]
    again = [self_blend(IMAGE, landmarks, np.random.default_rng(s)).tobytes() for s in range(10)]
    assert forged == again
    assert len(set(forged)) == 10


def test_landmarks_outside_the_picture_do_no_harm(landmarks: Floats) -> None:
    outside = landmarks + 150
    forged = swap(IMAGE, outside, TINTED, landmarks, np.random.default_rng(0))
    assert difference(forged)[:100, :100].max() <= 3
