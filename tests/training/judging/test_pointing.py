"""The pointing game: twins are found, changes located, hits counted."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pictures import smooth, write_dataset
from training.judging.pointing import hit, pointing_game, twins
from training.judging.subject import open_subject


@pytest.fixture(scope="module")
def paired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of which two fakes have a twin, changed in its upper left quarter."""
    root = write_dataset(tmp_path_factory.mktemp("paired"), train=2, other=4)
    rows = []
    for number in range(2):
        real, fake = (root / "test" / label / f"left__{number}.png" for label in ("real", "fake"))
        picture = smooth(number)
        picture.save(real)
        pixels = np.asarray(picture).copy()
        pixels[:64, :64:2] = 255 - pixels[:64, :64:2]
        Image.fromarray(pixels).save(fake.with_name(f"left__twin{number}.png"))
        rows += [("real", f"test/real/left__{number}.png", number)]
        rows += [("fake", f"test/fake/left__twin{number}.png", number)]
    rows += [("fake", "test/fake/right__2.png", 9), ("real", "train/real/left__1.png", 1)]
    with (root / "files.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "label", "split", "source", "group", "sha1"))
        writer.writerows(
            (name, label, name.split("/")[0], "left", g, "") for label, name, g in rows
        )
    return root


def test_twins_are_of_one_group_in_one_split(paired: Path) -> None:
    found = list(twins(paired, "test"))
    assert [(fake.name, real.name) for fake, real in found] == [
        ("left__twin0.png", "left__0.png"),
        ("left__twin1.png", "left__1.png"),
    ]
    assert all(fake.is_file() and real.is_file() for fake, real in found)
    assert list(twins(paired, "train")) == []


def test_a_data_set_without_groups_has_no_twins(dataset: Path) -> None:
    assert list(twins(dataset, "test")) == []


@pytest.mark.parametrize(("row", "column", "inside"), [(0, 0, True), (0, 3, False), (3, 3, False)])
def test_the_peak_hits_or_misses(row: int, column: int, inside: bool) -> None:
    heatmap = np.full((4, 4), 0.1, np.float32)
    heatmap[row, column] = 1
    mask = np.zeros((128, 128), bool)
    mask[:64, :64] = True
    assert hit(heatmap, mask) is inside


def test_the_middle_of_the_cell_counts() -> None:
    heatmap = np.zeros((4, 4), np.float32)
    heatmap[1, 1] = 1
    mask = np.zeros((128, 128), bool)
    mask[32:64, 32:64] = True
    mask[48, 48] = False
    assert not hit(heatmap, mask)
    assert hit(heatmap, ~mask)


def test_the_game_is_played_with_every_pair(paired: Path, exported: Path) -> None:
    played = pointing_game(open_subject(exported), paired)
    assert played is not None
    assert played.pairs == 2
    assert played.hits.value in {0, 0.5, 1}
    assert 0.15 < played.chance < 0.5


def test_without_twins_there_is_no_game(dataset: Path, exported: Path) -> None:
    assert pointing_game(open_subject(exported), dataset) is None


def test_twins_of_different_size_are_left_out(paired: Path, exported: Path, tmp_path: Path) -> None:
    root = shutil.copytree(paired, tmp_path / "data")
    smooth(0, side=100).save(root / "test" / "real" / "left__0.png")
    played = pointing_game(open_subject(exported), root)
    assert played is not None
    assert played.pairs == 1
