"""Ways to score a collection are compared on the same one, and a death is counted as it was."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import bulk, bulk_killed, collection
from service.pictures.faces import FaceFinder
from service.pictures.imaging import decode

pytestmark = pytest.mark.usefixtures("toy_served")

PICTURES, PART_ROWS = 160, 8


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "pictures"
    collection.write(folder, PICTURES)
    return folder


def test_no_two_pictures_are_alike_and_each_has_a_face(pictures: Path) -> None:
    files = sorted(pictures.iterdir())
    assert [file.name for file in files] == [f"{number:06}.jpg" for number in range(PICTURES)]
    assert len({hashlib.sha256(file.read_bytes()).digest() for file in files}) == PICTURES
    finder = FaceFinder()
    for file in files[::20]:
        assert len(finder.find(decode(file.read_bytes()).pixels)) == 1


def test_those_of_the_next_size_are_other_pictures() -> None:
    places = collection.ACROSS * collection.DOWN
    assert (
        len({collection.cut(number) for number in range(0, 5 * places, 97)}) == 5 * places // 97 + 1
    )
    assert collection.cut(0)[:2] == collection.cut(places)[:2]


@pytest.mark.slow
@pytest.mark.parametrize("name", bulk.ways(2))
def test_each_way_scores_all(name: str, pictures: Path, tmp_path: Path) -> None:
    place = tmp_path / "scores"
    assert bulk.ways(2)[name](pictures, place) > 0
    if place.is_dir():
        paths = pq.read_table(place)["path"].to_pylist()
    else:
        paths = [line.partition(",")[0] for line in place.read_text().splitlines()[1:]]
    assert sorted(paths) == sorted(map(str, pictures.iterdir()))


def test_how_much_longer_is_of_the_same_round() -> None:
    rounds = [{"one": 100.0, "two": 110.0}, {"one": 50.0, "two": 60.0}, {"one": 80.0, "two": 84.0}]
    *_, one, two = bulk.rows(8000, rounds)
    assert one == "| one | 80 | 100.0 | +0.0% (+0.0% to +0.0%) |"
    assert two == "| two | 84 | 95.2 | +10.0% (+5.0% to +20.0%) |"


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed") / "scores"


@pytest.fixture(scope="module")
def outcome(pictures: Path, survived: Path) -> bulk_killed.Outcome:
    return bulk_killed.score(pictures, survived, PART_ROWS)


@pytest.mark.slow
def test_a_node_dies_midway_and_no_row_is_lost(outcome: bulk_killed.Outcome) -> None:
    assert outcome.parts == PICTURES / PART_ROWS
    assert outcome.parts / 2 <= outcome.before < outcome.parts
    assert outcome.once == PICTURES
    assert (outcome.several, outcome.missing, outcome.errors) == (0, 0, 0)
    assert outcome.written_anew == 0


@pytest.mark.slow
def test_another_probability_than_the_apis_is_seen(
    outcome: bulk_killed.Outcome, survived: Path, tmp_path: Path
) -> None:
    assert outcome.once == PICTURES
    assert bulk_killed.difference(survived, 10) < 1e-5
    table = pq.read_table(survived)
    wrong = pa.array([(it + 0.5) % 1 for it in table["fake_probability"].to_pylist()])
    column = table.schema.get_field_index("fake_probability")
    (tmp_path / "wrong").mkdir()
    pq.write_table(
        table.set_column(column, "fake_probability", wrong), tmp_path / "wrong" / "part-0.parquet"
    )
    assert bulk_killed.difference(tmp_path / "wrong", 10) == pytest.approx(0.5, abs=1e-5)


@pytest.mark.slow
def test_what_is_missing_or_there_twice_is_counted(
    outcome: bulk_killed.Outcome, pictures: Path, survived: Path
) -> None:
    files = sorted(map(str, pictures.iterdir()))
    table = pq.read_table(survived)
    assert bulk_killed.counts(table, files) == {
        "once": PICTURES,
        "several": 0,
        "missing": 0,
        "errors": 0,
    }
    doubled = pa.concat_tables([table.slice(2), table.slice(2, 3)])
    assert bulk_killed.counts(doubled, files) == {
        "once": PICTURES - 5,
        "several": 3,
        "missing": 2,
        "errors": 0,
    }
    assert outcome.errors == 0
