"""What is shown of a picture: its faces, and where a fake differs from its twin."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.pictures import faces
from tests.pictures import PORTRAIT, smooth, two_faces
from training.data.changes import UNKNOWN
from training.data.decoding import View
from training.data.pixels import load_pixels, picture_scores
from training.data.samples import find_samples


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """Reals without a face, fakes with two."""
    for label, image in (("real", smooth(1)), ("fake", two_faces())):
        folder = tmp_path / "crowd" / "train" / label
        folder.mkdir(parents=True)
        for number in range(2):
            image.save(folder / f"{number}.png")
    return tmp_path / "crowd"


def test_each_face_is_an_image_and_knows_its_picture(crowd: Path, tmp_path: Path) -> None:
    pixels = load_pixels(find_samples(crowd, "train"), View(64, 0.2), tmp_path / "cache")
    assert pixels.owners.tolist() == [0, 1, 2, 2, 3, 3]
    assert pixels.labels.tolist() == [0, 0, 1, 1]
    _, shown = faces.look(np.asarray(two_faces()), faces.FaceFinder(), 0.2, 64)
    assert np.array_equal(pixels.images[2:4], shown)


def test_training_takes_the_largest_face_alone(crowd: Path, tmp_path: Path) -> None:
    view = View(64, 0.2, unscaled=True)
    pixels = load_pixels(find_samples(crowd, "train"), view, tmp_path / "cache")
    assert pixels.owners.tolist() == [0, 1, 2, 3]


def test_training_takes_a_face_at_its_own_resolution(crowd: Path, tmp_path: Path) -> None:
    """So that it is resized once, by the random framing, as the service resizes once."""
    view = View(200, 0.2, unscaled=True)
    pixels = load_pixels(find_samples(crowd, "train"), view, tmp_path / "cache")
    largest = faces.FaceFinder().find(np.asarray(two_faces()))[0]
    native = faces.cut(np.asarray(two_faces()), largest, 0.2)
    assert 100 < len(native) < 200
    assert pixels.edges[2:].tolist() == [len(native)] * 2
    assert np.array_equal(pixels.unpadded(2), native)
    assert (pixels.images[2, len(native) :] == 0).all()
    left, top, width, height = pixels.boxes[2]
    assert abs(left + width / 2 - len(native) / 2) < len(native) / 8
    assert abs(top + height / 2 - len(native) / 2) < len(native) / 8
    assert max(width, height) * 1.4 == pytest.approx(len(native), rel=0.1)
    assert np.isnan(pixels.boxes[0]).all(), "there is no face"
    x, y = pixels.landmarks[2].mean(axis=0)
    assert abs(x - len(native) / 2) < len(native) / 8
    assert abs(y - len(native) / 2) < len(native) / 8


def test_a_face_of_more_pixels_than_training_needs_is_reduced(tmp_path: Path) -> None:
    for label in ("real", "fake"):
        (tmp_path / "large" / "train" / label).mkdir(parents=True)
        PORTRAIT.resize((1600, 1600)).save(tmp_path / "large" / "train" / label / "a.png")
    view = View(200, 0.2, unscaled=True)
    pixels = load_pixels(find_samples(tmp_path / "large", "train"), view, tmp_path / "cache")
    assert pixels.edges.tolist() == [200, 200]


def test_other_views_use_all_of_an_image(crowd: Path, tmp_path: Path) -> None:
    pixels = load_pixels(find_samples(crowd, "train"), View(64, 0.2), tmp_path / "cache")
    assert set(pixels.edges) == {64}
    assert np.array_equal(pixels.unpadded(0), pixels.images[0])


def test_a_pictures_score_is_its_most_suspicious_faces(crowd: Path, tmp_path: Path) -> None:
    pixels = load_pixels(find_samples(crowd, "train"), View(64, 0.2), tmp_path / "cache")
    scores = np.array([0.1, 0.2, 0.3, 0.9, 0.5, 0.4], np.float32)
    assert picture_scores(pixels, scores) == pytest.approx([0.1, 0.2, 0.9, 0.5])


@pytest.fixture
def swapped(tmp_path: Path) -> Path:
    """A real picture, a fake made of it by inverting the mouth, and a fake of unknown origin."""
    root = tmp_path / "swapped"
    for label in ("real", "fake"):
        (root / "train" / label).mkdir(parents=True)
    PORTRAIT.save(root / "train" / "real" / "a.png")
    pixels = np.asarray(PORTRAIT).copy()
    pixels[130:160, 140:190] = 255 - pixels[130:160, 140:190]
    Image.fromarray(pixels).save(root / "train" / "fake" / "a.png")
    smooth(3).save(root / "train" / "fake" / "b.png")
    (root / "files.csv").write_text(
        "file,group\ntrain/real/a.png,1\ntrain/fake/a.png,1\ntrain/fake/b.png,2\n"
    )
    return root


def test_training_knows_where_a_fake_differs_from_its_twin(swapped: Path, tmp_path: Path) -> None:
    view = View(64, 0.3, unscaled=True)
    pixels = load_pixels(find_samples(swapped, "train"), view, tmp_path / "cache")
    assert [Path(file).parts[-2:] for file in pixels.files] == [
        ("real", "a.png"),
        ("fake", "a.png"),
        ("fake", "b.png"),
    ]
    real, fake, unknown = pixels.changes
    assert (real == 0).all()
    assert (unknown == UNKNOWN).all()
    assert 0.02 < (fake == 1).mean() < 0.3
    rows, _ = np.nonzero(fake)
    assert rows.mean() > 16, "the mouth lies in the lower half"


def test_a_twin_that_cannot_be_read_tells_nothing(swapped: Path, tmp_path: Path) -> None:
    samples = find_samples(swapped, "train")
    real = next(sample.path for sample in samples if sample.label == 0)
    smooth(4).save(swapped / "train" / "real" / "c.png")
    samples += [replace(samples[0], path=swapped / "train" / "real" / "c.png", group="")]
    real.write_bytes(b"broken")
    pixels = load_pixels(samples, View(64, 0.3, unscaled=True), tmp_path / "cache")
    fake = [Path(file).name for file in pixels.files].index("a.png")
    assert (pixels.changes[fake] == UNKNOWN).all()


def test_a_twin_of_another_size_tells_nothing(swapped: Path, tmp_path: Path) -> None:
    PORTRAIT.crop((0, 0, 250, 150)).save(swapped / "train" / "real" / "a.png")
    view = View(320, 0.3, unscaled=True)
    pixels = load_pixels(find_samples(swapped, "train"), view, tmp_path / "cache")
    assert (pixels.changes[1:] == UNKNOWN).all()


def test_scoring_knows_of_no_changes(swapped: Path, tmp_path: Path) -> None:
    pixels = load_pixels(find_samples(swapped, "train"), View(64, 0.3), tmp_path / "cache")
    assert (pixels.changes == UNKNOWN).all()
