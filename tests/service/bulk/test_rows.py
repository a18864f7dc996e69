"""A row holds what the API answers; an error's row holds its code, and nothing else."""

import asyncio

import pyarrow as pa
import pytest

from service.bulk import rows
from service.errors import BodyTooLarge, CorruptImage, EmptyFile
from service.model.manifest import Manifest
from service.scoring.detector import Detector
from service.scoring.schemas import Prediction
from tests.conftest import SHIPPED
from tests.owned import own_of
from tests.pictures import encode, smooth, two_faces

MANIFEST = Manifest.read(SHIPPED)


@pytest.fixture(scope="module")
def prediction(detector: Detector) -> Prediction:
    return asyncio.run(detector.analyse(encode(two_faces(), quality=90))).prediction


def test_a_row_holds_what_the_api_answers(prediction: Prediction) -> None:
    (row,) = rows.table([rows.scored("a.jpg", prediction)], MANIFEST).to_pylist()
    answer = prediction.model_dump(mode="json")
    same = ("verdict", "reason", "label", "fake_probability", "confidence", "faces", "warnings")
    assert {name: row[name] for name in same} == {name: answer[name] for name in same}
    assert len(row["faces"]) == 2
    assert row["sha256"] == answer["image"]["sha256"]
    assert (row["path"], row["error"], row["detail"]) == ("a.jpg", None, None)
    assert (row["model"], row["model_version"]) == (MANIFEST.name, MANIFEST.version)


def test_a_picture_without_a_face_has_an_empty_list(detector: Detector) -> None:
    answer = asyncio.run(detector.analyse(encode(smooth(1)))).prediction
    (row,) = rows.table([rows.scored("a.jpg", answer)], MANIFEST).to_pylist()
    assert row["faces"] == []
    assert "no_face" in row["warnings"]
    assert row["verdict"] == "uncertain"


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (CorruptImage("It is cut short."), "corrupt_image", "It is cut short."),
        (EmptyFile("It is empty."), "empty_file", "It is empty."),
        (BodyTooLarge("It is large."), "body_too_large", "It is large."),
        (FileNotFoundError(2, "No such file", "a.jpg"), rows.UNREADABLE, "No such file"),
        (FileNotFoundError("s3://bucket/a.jpg"), rows.UNREADABLE, "s3://bucket/a.jpg"),
        (TimeoutError(), rows.UNREADABLE, "TimeoutError"),
        (ValueError("no \udcff\n"), rows.UNREADABLE, r"no \xff\x0a"),
    ],
)
def test_an_error_is_its_code_and_a_line(error: Exception, code: str, detail: str) -> None:
    (row,) = rows.table([rows.failed("a.jpg", error, rows.UNREADABLE)], MANIFEST).to_pylist()
    filled = {name: value for name, value in row.items() if value is not None}
    assert filled == {
        "path": "a.jpg",
        "error": code,
        "detail": detail,
        "model": MANIFEST.name,
        "model_version": MANIFEST.version,
    }


def test_the_columns_are_the_same_whatever_is_in_them(prediction: Prediction) -> None:
    good = rows.scored("a.jpg", prediction)
    bad = rows.failed("b.jpg", CorruptImage("It is cut short."), rows.INTERNAL)
    for mixed in ([good], [bad], [good, bad], []):
        assert rows.table(mixed, MANIFEST).schema == rows.SCHEMA
    assert rows.SCHEMA.field("fake_probability").type == pa.float64()


def test_own_thresholds_add_a_column_of_p_values(prediction: Prediction) -> None:
    described = own_of(MANIFEST, 0.9).put_in_force(MANIFEST)
    judged = rows.scored("a.jpg", prediction.model_copy(update={"p_value": 0.25}))
    failed = rows.failed("b.jpg", EmptyFile("It is empty."), rows.UNREADABLE)
    table = rows.table([judged, failed], described)
    assert table["p_value"].to_pylist() == [0.25, None]
    assert table.schema.names == [*rows.SCHEMA.names, "p_value"]
    assert rows.table([rows.scored("a.jpg", prediction)], MANIFEST).schema == rows.SCHEMA
