"""Pixels as the network sees them: the service's own, cached, with what was skipped."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from errno import ENOSPC
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from service.pictures import imaging
from tests.pictures import smooth, write_dataset
from training.data.decoding import View
from training.data.pixels import Pixels, load_pixels, load_split
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
