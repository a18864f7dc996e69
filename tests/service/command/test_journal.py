"""Scores outlive an interrupt; what another run has left is not taken for one's own."""

import hashlib
from pathlib import Path

import pytest

from service.calibration.collected import Scored
from service.command.journal import Journal
from service.errors import CalibrationError
from tests.service.calibration.test_collected import scored

WEIGHTS = "a" * 64


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(bytes([number]))
    return sorted(tmp_path.glob("*.jpg"))


def of(path: Path) -> Scored:
    return scored(hashlib.sha256(path.read_bytes()).hexdigest(), 0.5)


def write(place: Path, *paths: Path, weights: str = WEIGHTS) -> None:
    journal = Journal(place, weights)
    for path in paths:
        journal.keep(of(path))
    journal.close()


def found(place: Path, pictures: list[Path], weights: str = WEIGHTS) -> list[bool]:
    journal = Journal(place, weights)
    journal.close()
    return [journal.find(path) == of(path) for path in pictures]


def test_what_was_kept_is_found_by_the_next_run(place: Path, pictures: list[Path]) -> None:
    write(place, *pictures[:2])
    assert found(place, pictures) == [True, True, False]
    write(place, pictures[2])
    assert found(place, pictures) == [True, True, True]


def test_a_picture_is_known_by_its_bytes(place: Path, pictures: list[Path]) -> None:
    write(place, pictures[0])
    moved = pictures[0].rename(pictures[0].with_name("moved.jpg"))
    assert found(place, [moved]) == [True]
    moved.write_bytes(b"changed")
    assert found(place, [moved]) == [False]


def test_it_holds_no_name(place: Path, pictures: list[Path]) -> None:
    write(place, *pictures)
    assert ".jpg" not in place.read_text()


@pytest.mark.parametrize("cut", [1, 10, 50])
def test_a_half_written_last_line_is_dropped(place: Path, pictures: list[Path], cut: int) -> None:
    write(place, *pictures)
    place.write_bytes(place.read_bytes()[:-cut])
    assert found(place, pictures) == [True, True, False]
    write(place, pictures[2])
    assert found(place, pictures) == [True, True, True]
    assert len(place.read_text().splitlines()) == 4


def test_a_half_written_first_line_is_begun_anew(place: Path, pictures: list[Path]) -> None:
    write(place)
    place.write_bytes(place.read_bytes()[:-5])
    write(place, pictures[0])
    assert found(place, pictures) == [True, False, False]


def test_another_models_scores_are_not_taken(place: Path, pictures: list[Path]) -> None:
    write(place, *pictures)
    assert found(place, pictures, weights="b" * 64) == [False, False, False]


def test_what_is_none_of_it_is_begun_anew(place: Path, pictures: list[Path]) -> None:
    write(place, pictures[0])
    with place.open("a") as stream:
        stream.write("no such line\n")
    assert found(place, pictures) == [False, False, False]


def test_a_file_that_cannot_be_read_is_not_known(place: Path, pictures: list[Path]) -> None:
    write(place, *pictures)
    journal = Journal(place, WEIGHTS)
    journal.close()
    assert journal.find(pictures[0].with_name("absent.jpg")) is None
    assert journal.find(pictures[0].parent) is None


def test_it_is_removed_in_the_end(place: Path) -> None:
    journal = Journal(place, WEIGHTS)
    journal.close()
    journal.remove()
    assert not place.exists()


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="nowhere/x: No such file or directory"):
        Journal(tmp_path / "nowhere" / "x", WEIGHTS)
