"""Pixels as the network sees them: the service's own, cached, with what was skipped."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from PIL import Image

from service.pictures import faces, imaging
from tests.pictures import PORTRAIT, smooth, two_faces, write_dataset
from training.data.changes import UNKNOWN
from training.data.decoding import View
from training.data.pixels import Pixels, load_pixels, load_split, picture_scores
from training.data.samples import find_samples
from training.errors import DataError

WHOLE = View(side=64, margin=None)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "data", train=3, other=2)


def test_the_pixels_are_those_that_the_service_would_see(root: Path, tmp_path: Path) -> None:
    samples = find_samples(root, "train")
    pixels = load_pixels(samples, WHOLE, tmp_path / "cache")
    for sample, image, label in zip(samples, pixels.images, pixels.labels, strict=True):
        served = imaging.resize(imaging.decode(sample.path.read_bytes()).pixels, 64)
        assert np.array_equal(image, served)
        assert label == sample.label


def test_an_unreadable_picture_is_skipped_and_named(root: Path, tmp_path: Path) -> None:
    bad = root / "train" / "real" / "left__1.png"
    bad.write_bytes(bad.read_bytes()[:100])
    samples = find_samples(root, "train")
    pixels = load_pixels(samples, WHOLE, tmp_path / "cache")
    assert len(pixels.images) == len(pixels.labels) == len(pixels.sources) == 5
    assert pixels.skipped == [f"{bad}: The PNG data is damaged or cut short."]
    assert str(bad) not in pixels.files
    assert pixels.labels.tolist() == [0, 0, 1, 1, 1]


def test_a_class_without_a_readable_picture_is_named(root: Path, tmp_path: Path) -> None:
    for path in (root / "train" / "fake").iterdir():
        path.write_bytes(b"broken")
    with pytest.raises(DataError, match=f"{root}/train/fake: no fake picture can be read"):
        load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == [], "nothing half-built is left"


def test_a_class_of_which_nothing_is_left_is_named(root: Path) -> None:
    for path in (root / "train/real").glob("left*"):
        path.unlink()
    with pytest.raises(DataError, match="no real picture of train is left"):
        load_split(root, "train", WHOLE, without=["right"])


def test_the_second_time_nothing_is_decoded(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = find_samples(root, "train")
    first = load_pixels(samples, WHOLE, tmp_path / "cache")

    def fail(*_: object) -> None:
        pytest.fail("decoded again")

    monkeypatch.setattr(imaging, "decode", fail)
    again = load_pixels(samples, WHOLE, tmp_path / "cache")
    assert np.array_equal(first.images, again.images)
    assert first.fingerprint == again.fingerprint


def test_two_that_decode_the_same_at_once_both_have_it(root: Path, tmp_path: Path) -> None:
    samples, start = find_samples(root, "train"), Barrier(2)

    def load(_: int) -> Pixels:
        start.wait()
        return load_pixels(samples, WHOLE, tmp_path / "cache")

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(load, range(2))
    assert np.array_equal(one.images, other.images)
    assert len(list((tmp_path / "cache").iterdir())) == 1, "nothing half-built is left"


def test_a_cache_that_cannot_be_written_is_an_error(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="No space"):
        load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache")


def test_a_changed_picture_or_side_is_decoded_anew(root: Path, tmp_path: Path) -> None:
    first = load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache")
    smooth(99).save(root / "train" / "real" / "left__1.png")
    changed = load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache")
    assert not np.array_equal(first.images, changed.images)
    assert first.fingerprint != changed.fingerprint
    assert (
        load_pixels(find_samples(root, "train"), View(48, None), tmp_path / "cache").images.shape[1]
        == 48
    )


def test_changed_code_of_any_picture_module_decodes_anew(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, read = find_samples(root, "train"), Path.read_bytes
    load_pixels(samples, WHOLE, tmp_path / "cache")
    modules = [path.stem for path in Path(imaging.__file__).parent.glob("*.py")]
    assert {"imaging", "faces", "colour", "orientation", "formats", "jpeg"} <= set(modules)
    for number, module in enumerate(modules, start=2):

        def changed(path: Path, name: str = module) -> bytes:
            return read(path) + (b"# changed" if path.stem == name else b"")

        monkeypatch.setattr(Path, "read_bytes", changed)
        load_pixels(samples, WHOLE, tmp_path / "cache")
        assert len(list((tmp_path / "cache").iterdir())) == number


def test_the_fingerprint_knows_the_labels(root: Path, tmp_path: Path) -> None:
    before = load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache").fingerprint
    moved = root / "train" / "real" / "left__1.png"
    moved.rename(root / "train" / "fake" / "left__9.png")
    after = load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache").fingerprint
    assert before != after


def test_what_was_skipped_is_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (root / "train" / "real" / "left__1.png").write_bytes(b"broken")
    load_split(root, "train", WHOLE)
    said = capsys.readouterr().err
    assert "train: 5 pictures, 1 skipped" in said
    assert "left__1.png" in said


def test_what_is_left_out_is_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (root / "train" / "real" / ".thumbnails").mkdir()
    (root / "train" / "fake" / "._left__1.png").write_bytes(b"")
    assert len(load_split(root, "train", WHOLE).labels) == 6
    assert f"Left out as hidden: 2, such as {root}/train/real/.thumb" in capsys.readouterr().err


def test_what_leads_nowhere_or_never_ends_is_skipped_with_a_line(
    root: Path, tmp_path: Path
) -> None:
    folder = root / "train" / "real"
    (folder / "gone.png").symlink_to("absent.png")
    (folder / "itself.png").symlink_to("itself.png")
    (folder / "disk").symlink_to("/nowhere")
    os.mkfifo(folder / "pipe.png")
    pixels = load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache")
    assert len(pixels.labels) == 6
    assert pixels.skipped == [
        f"{folder}/disk: No such file or directory",
        f"{folder}/gone.png: No such file or directory",
        f"{folder}/itself.png: Too many levels of symbolic links",
        f"{folder}/pipe.png: This is a pipe, a socket or a device, no file.",
    ]


def test_a_name_that_is_no_utf_8_is_a_picture_like_any_other(root: Path, tmp_path: Path) -> None:
    folder, odd = root / "train" / "real", os.fsdecode(b"caf\xe9\n__")
    shutil.copy(folder / "left__1.png", folder / f"{odd}1.png")
    (folder / f"{odd}2.png").write_bytes(b"broken")
    (root / "files.csv").write_bytes(b"file,group\ntrain/real/left__1.png,caf\xe9\n")
    for _ in ("made", "read"):
        pixels = load_pixels(find_samples(root, "train"), WHOLE, tmp_path / "cache")
        assert len(pixels.labels) == 7
        assert str(folder / f"{odd}1.png") in pixels.files
        (line,) = pixels.skipped
        assert line.startswith(rf"{folder}/caf\xe9\x0a__2.png: This is no picture")


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
