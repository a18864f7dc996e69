"""`POST /predict/batch` on a real server: an answer or an error for each file, in their order."""

import httpx
import pytest

from service.web.uploads import MAX_FILES
from tests.conftest import ROUNDING
from tests.pictures import PORTRAIT, encode, smooth

PICTURES = [encode(smooth(seed, side=160), "PNG") for seed in range(12)]


def post(server: str, files: list[bytes], field: str = "file") -> httpx.Response:
    return httpx.post(
        f"{server}/predict/batch", files=[(field, data) for data in files], timeout=60
    )


def test_each_file_gets_the_answer_that_it_would_get_alone(server: str) -> None:
    answer = post(server, PICTURES)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    for data, result in zip(PICTURES, results, strict=True):
        alone = httpx.post(f"{server}/predict", files={"file": data}, timeout=60).json()
        assert result["error"] is None
        prediction = result["prediction"]
        assert prediction["image"] == alone["image"]
        assert prediction["verdict"] == alone["verdict"]
        assert prediction["fake_probability"] == pytest.approx(
            alone["fake_probability"], abs=ROUNDING
        )


def test_what_is_wrong_with_one_does_not_keep_the_others(server: str) -> None:
    files = [PICTURES[0], b"", b"no picture", encode(PORTRAIT)[:3000], PICTURES[1]]
    results = post(server, files).json()["results"]
    codes = [result["error"] and result["error"]["code"] for result in results]
    assert codes == [None, "empty_file", "unsupported_format", "corrupt_image", None]
    assert [result["prediction"] is None for result in results] == [False, True, True, True, False]
    assert results[2]["error"]["status"] == 415


def test_one_file_is_enough(server: str) -> None:
    assert len(post(server, PICTURES[:1]).json()["results"]) == 1


@pytest.mark.parametrize(
    ("files", "field", "code"),
    [
        (PICTURES[:1] * (MAX_FILES + 1), "file", "too_many_parts"),
        (PICTURES[:1] * (MAX_FILES + 40), "file", "malformed_multipart"),
        (PICTURES[:1], "photo", "missing_file"),
    ],
    ids=["one too many", "far too many", "another field"],
)
def test_a_body_that_is_not_as_it_should_be_is_one_problem(
    server: str, files: list[bytes], field: str, code: str
) -> None:
    answer = post(server, files, field)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_files_beside_another_field_are_refused(server: str) -> None:
    answer = httpx.post(
        f"{server}/predict/batch", files=[("file", PICTURES[0])], data={"mode": "fast"}
    )
    assert answer.json()["code"] == "too_many_parts"
