"""Made forgeries: changed in the face, untouched around it, and never twice the same."""

from unittest.mock import Mock

import cv2
import numpy as np
import pytest

from service.pictures.faces import FaceFinder
from tests.pictures import PORTRAIT
from training.data.blend import Floats, affine, self_blend, similarity, swap

IMAGE = np.asarray(PORTRAIT.resize((240, 240)))
TINTED = np.asarray(PORTRAIT.resize((240, 240)).rotate(8)).copy()
TINTED[..., 2] //= 2


@pytest.fixture(scope="module")
def landmarks(finder: FaceFinder) -> Floats:
    (face,) = finder.find(IMAGE)
    return np.array(face.landmarks, np.float32)


@pytest.fixture(scope="module")
def its_landmarks(finder: FaceFinder) -> Floats:
    (face,) = finder.find(TINTED)
    return np.array(face.landmarks, np.float32)


def difference(forged: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(forged.astype(int) - IMAGE).sum(axis=-1))


def swaps(landmarks: Floats, its_landmarks: Floats, seeds: range) -> list[np.ndarray]:
    return [
        swap(IMAGE, landmarks, TINTED, its_landmarks, np.random.default_rng(seed))[0]
        for seed in seeds
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


def test_its_shape_is_kept_as_often_as_not(
    landmarks: Floats, its_landmarks: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, sheared = Mock(wraps=similarity), Mock(wraps=affine)
    monkeypatch.setattr("training.data.blend.similarity", kept)
    monkeypatch.setattr("training.data.blend.affine", sheared)
    swaps(landmarks, its_landmarks, range(20))
    assert kept.call_count + sheared.call_count == 20
    assert 5 <= kept.call_count <= 15


def test_a_swapped_face_lies_on_the_landmarks(
    finder: FaceFinder, landmarks: Floats, its_landmarks: Floats
) -> None:
    for forged in swaps(landmarks, its_landmarks, range(10)):
        (face,) = finder.find(forged)
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


def test_a_self_blend_differs_somewhere_and_keeps_the_face_in_place(
    finder: FaceFinder, landmarks: Floats
) -> None:
    for seed in range(20):
        forged, _ = self_blend(IMAGE, landmarks, np.random.default_rng(seed))
        assert forged.shape == IMAGE.shape
        assert difference(forged).max() > 15
        (face,) = finder.find(forged)
        assert np.abs(np.array(face.landmarks) - landmarks).max() < 16


def test_a_forgery_depends_on_the_generator_alone(landmarks: Floats) -> None:
    forged, again = (
        [self_blend(IMAGE, landmarks, np.random.default_rng(s))[0].tobytes() for s in range(10)]
        for _ in range(2)
    )
    assert forged == again
    assert len(set(forged)) == 10


def test_landmarks_outside_the_picture_do_no_harm(landmarks: Floats) -> None:
    outside = landmarks + 150
    forged, _ = swap(IMAGE, outside, TINTED, landmarks, np.random.default_rng(0))
    assert difference(forged)[:100, :100].max() <= 3


def test_a_face_is_laid_down_with_or_without_shear(landmarks: Floats) -> None:
    """Points that were turned, scaled and moved fit both ways; sheared ones fit one alone."""
    turned = landmarks @ np.array([[0.8, 0.6], [-0.6, 0.8]], np.float32) * 1.5 + 7
    sheared = landmarks @ np.array([[1, 0], [0.4, 1]], np.float32)
    for fit, points, worst in (
        (similarity, turned, 0.1),
        (affine, turned, 0.1),
        (affine, sheared, 0.1),
    ):
        matrix = fit(points, landmarks)
        laid = points @ matrix[:, :2].T + matrix[:, 2]
        assert np.abs(laid - landmarks).max() < worst
    matrix = similarity(sheared, landmarks)
    laid = sheared @ matrix[:, :2].T + matrix[:, 2]
    assert 1 < np.abs(laid - landmarks).max() < 30
    (a, b), (c, d) = matrix[:, :2]
    assert (a, b) == pytest.approx((d, -c))


def test_what_was_changed_lies_where_it_is_said(landmarks: Floats, its_landmarks: Floats) -> None:
    """A soft edge lies half inside; beyond it nothing changes, and in the middle nearly all."""
    for seed in range(20):
        generator = np.random.default_rng(seed)
        forged, changes = swap(IMAGE, landmarks, TINTED, its_landmarks, generator)
        assert set(np.unique(changes)) == {0, 1}
        assert 0.02 < changes.mean() < 0.4
        x, y = landmarks[2].astype(int)
        assert changes[y, x] == 1, "the nose"
        outside = cv2.dilate(changes.astype(np.uint8), np.ones((41, 41))) == 0
        assert difference(forged)[outside].max() <= 3
        assert difference(forged)[changes == 1].mean() > difference(forged)[changes == 0].mean()
