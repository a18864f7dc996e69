"""A plan holds every picture once, part by part, and no run goes on under another one."""

import os
from pathlib import Path

import pytest

from service.bulk.output import PATHS, RUN, Output
from service.bulk.plan import Plan
from service.errors import BulkError
from service.model.manifest import Manifest
from service.pictures.names import meant
from tests.conftest import SHIPPED
from tests.owned import own_of

MANIFEST = Manifest.read(SHIPPED)


@pytest.fixture
def output(tmp_path: Path) -> Output:
    return Output(str(tmp_path))


def make(output: Output, count: int, part_rows: int) -> Plan:
    pictures = (f"/photos/{number}.jpg" for number in range(count))
    return Plan.make(output, "photos", pictures, part_rows, MANIFEST, lambda _: None)


@pytest.mark.parametrize(("count", "parts"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_each_picture_is_in_one_part(output: Output, count: int, parts: int) -> None:
    plan = make(output, count, part_rows=4)
    assert plan.parts == range(parts)
    found = [output.paths(part) for part in plan.parts]
    assert sum(found, []) == [f"/photos/{number}.jpg" for number in range(count)]  # noqa: RUF017
    assert [plan.rows(part) for part in plan.parts] == list(map(len, found))
    assert plan.pictures == count


def test_names_that_are_no_utf_8_are_written_down(output: Output) -> None:
    names = [os.fsdecode(name) for name in (b"/photos/\xff.jpg", rb"/photos/\xff.jpg", b"/p/\n")]
    source = os.fsdecode(b"photos\xff")
    Plan.make(output, source, names, 4, MANIFEST, lambda _: None)
    assert output.paths(0) == [r"/photos/\xff.jpg", r"/photos/\x5cxff.jpg", r"/p/\x0a"]
    assert list(map(meant, output.paths(0))) == names
    Plan.read(output).check(output, source, MANIFEST)


def test_a_plan_is_read_as_it_was_written(output: Output) -> None:
    assert make(output, 9, 4) == Plan.read(output)


def test_how_many_are_found_is_told_meanwhile(output: Output) -> None:
    told: list[int] = []
    Plan.make(output, "photos", map(str, range(9)), 4, MANIFEST, told.append)
    assert told == [4, 8, 9]


def test_pictures_are_taken_from_the_source_a_part_at_a_time(output: Output) -> None:
    taken: list[int] = []

    def pictures() -> object:
        for number in range(9):
            taken.append(number)
            yield str(number)

    def noted(count: int) -> None:
        assert len(taken) == count

    Plan.make(output, "photos", pictures(), 4, MANIFEST, noted)  # type: ignore[arg-type]


def test_a_source_without_pictures_is_an_error_and_no_plan(output: Output) -> None:
    with pytest.raises(BulkError, match="photos: no picture is there"):
        make(output, 0, 4)
    assert not output.has(RUN)


def test_a_source_that_breaks_off_leaves_nothing(output: Output, tmp_path: Path) -> None:
    def pictures() -> object:
        yield "/photos/0.jpg"
        raise BulkError("photos/secret: Permission denied")

    with pytest.raises(BulkError, match="secret"):
        Plan.make(output, "photos", pictures(), 1, MANIFEST, lambda _: None)  # type: ignore[arg-type]
    assert not output.has(RUN)
    assert not output.has(PATHS)
    assert list(tmp_path.iterdir()) == []


def test_the_same_source_and_model_go_on(output: Output) -> None:
    make(output, 9, 4).check(output, "photos", MANIFEST)


def test_another_source_is_refused(output: Output, tmp_path: Path) -> None:
    with pytest.raises(BulkError, match=f"{tmp_path}: was begun with photos; name a new folder"):
        make(output, 9, 4).check(output, "others", MANIFEST)


def test_another_model_is_refused(output: Output) -> None:
    newer = MANIFEST.model_copy(update={"version": 99, "weights_sha256": "0" * 64})
    with pytest.raises(BulkError, match=rf"deepfake {MANIFEST.version} and .* deepfake 99"):
        make(output, 9, 4).check(output, "photos", newer)


def test_no_run_goes_on_under_other_thresholds(output: Output) -> None:
    """Verdicts of two rules do not stand in one table; those of the same promise do."""
    own = own_of(MANIFEST, 0.9).put_in_force(MANIFEST)
    Plan.make(output, "photos", ["/photos/1.jpg"], 4, own, lambda _: None)
    plan = Plan.read(output)
    plan.check(output, "photos", own)
    for other in (MANIFEST, own_of(MANIFEST, 0.8, count=160).put_in_force(MANIFEST)):
        with pytest.raises(BulkError, match="was begun with other thresholds; name a new folder"):
            plan.check(output, "photos", other)


def test_a_plan_without_own_thresholds_says_nothing_of_them(output: Output) -> None:
    """So that those of runs that were begun before there were any are still read."""
    make(output, 1, 4)
    assert b"own_thresholds" not in output.read(RUN)
