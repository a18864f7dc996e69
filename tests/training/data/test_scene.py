"""What surrounds a face changes, the face in the middle stays, and so does where it is."""

import numpy as np
import pytest

from tests.pictures import smooth
from training.data import scene
from training.data.example import Example
from training.data.scene import stage

SIDE = 120
BOX = np.array([40, 35, 40, 50], np.float32)


def example(box: np.ndarray = BOX) -> Example:
    return Example(np.asarray(smooth(0, SIDE)), np.zeros((32, 32), np.int8), box)


def always(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    for name in ("LIT", "BACKED", "ROUND"):
        monkeypatch.setattr(scene, name, float(name == what))


def staged(times: int = 40, box: np.ndarray = BOX) -> list[np.ndarray]:
    return [stage(example(box), np.random.default_rng(seed)).image for seed in range(times)]


def test_most_pictures_stay_as_they_are() -> None:
    same = [np.array_equal(it, example().image) for it in staged(400)]
    assert np.mean(same) == pytest.approx(0.885, abs=0.05)


def test_box_and_changes_stay() -> None:
    before = example()
    for seed in range(60):
        after = stage(before, np.random.default_rng(seed))
        assert after.box is before.box
        assert after.changes is before.changes
        assert after.image.shape == before.image.shape
        assert after.image.dtype == np.uint8


@pytest.mark.parametrize("box", [BOX, np.full(4, np.nan, np.float32)])
def test_a_background_is_of_one_colour_and_the_face_is_not(
    monkeypatch: pytest.MonkeyPatch, box: np.ndarray
) -> None:
    always(monkeypatch, "BACKED")
    for image in staged(box=box):
        corners = image[[0, 0, -1, -1], [0, -1, 0, -1]]
        assert (corners == corners[0]).all()
        face = np.s_[50:70, 52:68]
        assert np.abs(image[face].astype(int) - example().image[face]).max() <= 2


def test_half_of_the_backgrounds_are_white(monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch, "BACKED")
    corners = np.array([it[0, 0] for it in staged(400)])
    assert (corners == 255).all(axis=1).mean() == pytest.approx(0.5, abs=0.08)
    assert (corners == 0).all(axis=1).mean() == pytest.approx(0.25, abs=0.08)


def test_a_round_picture_shows_all_but_the_corners(monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch, "ROUND")
    before = example().image
    for image in staged(10):
        same = (image == before).all(axis=-1)
        assert same.mean() == pytest.approx(np.pi / 4, abs=0.02)
        assert same[SIDE // 2, 1:-1].all()


def test_light_comes_from_one_side_in_one_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch, "LIT")
    before = example().image.astype(float)
    for image in staged(20):
        gains = (image + 1) / (before + 1)
        unclipped = (image > 20) & (image < 250) & (before > 20)
        rows, columns, channels = np.nonzero(unclipped)
        for channel in range(3):
            its = channels == channel
            if its.sum() < 100:
                continue
            x = np.stack([rows[its], columns[its], np.ones(its.sum())], axis=1)
            y = gains[unclipped][its]
            assert np.abs(x @ np.linalg.lstsq(x, y)[0] - y).max() < 0.12
