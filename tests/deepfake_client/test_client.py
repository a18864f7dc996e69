"""Both clients against a real service: what they take, and what they give and raise."""

import base64
import hashlib
import os
import threading
from io import BytesIO
from pathlib import Path

import httpx
import pytest

import deepfake_client
from deepfake_client import Client, Outcome, Verdict
from deepfake_client.pictures import Picture
from service.model.manifest import Manifest
from tests.conftest import ROUNDING
from tests.deepfake_client.conftest import Asking
from tests.deepfake_client.serving import answer, scripted
from tests.pictures import PORTRAIT, encode, smooth
from tests.toy import cooled


def test_a_path_bytes_and_a_file_get_the_answer_of_the_api(
    served: str, asking: type[Asking], photo: Path
) -> None:
    told = httpx.post(f"{served}/predict", files={"file": photo.read_bytes()}).json()
    client = asking(served)
    with photo.open("rb") as stream:
        pictures: list[Picture] = [
            photo,
            str(photo),
            photo.read_bytes(),
            stream,
            BytesIO(photo.read_bytes()),
        ]
        answers = [client.predict(picture) for picture in pictures]
    for given in answers:
        assert given.model_dump(mode="json")["faces"][0]["box"] == told["faces"][0]["box"]
        assert given.fake_probability == pytest.approx(told["fake_probability"], abs=ROUNDING)
        assert given.image.sha256 == told["image"]["sha256"]
        assert given.verdict is Verdict.REAL
        assert given.heatmaps is None
    assert len({given.request_id for given in answers}) == len(answers)


def test_a_name_goes_along_since_it_may_tell_a_generator(
    served: str, asking: type[Asking], face: bytes, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(b'ChatGPT Image "Mar" 29, 2025 \xff.jpg')
    path.write_bytes(face)
    with path.open("rb") as stream:
        for picture in (path, stream):
            (mark,) = asking(served).predict(picture).provenance.marks
            assert mark.generator == "ChatGPT"
    assert asking(served).predict(face).provenance.marks == []


def test_heatmaps_come_if_they_are_asked_for(served: str, asking: type[Asking]) -> None:
    given = asking(served).predict(encode(cooled(1.0)), explain=True)
    assert given.verdict is Verdict.FAKE
    assert given.heatmaps
    assert base64.b64decode(given.heatmaps[0].png).startswith(b"\x89PNG")


def test_the_models_thresholds_can_be_asked_for(
    served: str, asking: type[Asking], toys: Path
) -> None:
    expected = Manifest.read(toys / "1").thresholds
    assert asking(served).thresholds() == (expected.real_below, expected.fake_above)


def test_what_is_wrong_with_a_picture_is_its_own_exception(
    served: str, asking: type[Asking], face: bytes
) -> None:
    wrong = {
        b"": deepfake_client.EmptyFile,
        b"no picture": deepfake_client.UnsupportedFormat,
        face[:2000]: deepfake_client.CorruptImage,
        encode(PORTRAIT.resize((8, 8)), "PNG"): deepfake_client.ImageTooSmall,
        bytes(21 << 20): deepfake_client.BodyTooLarge,
    }
    for data, kind in wrong.items():
        told = httpx.post(f"{served}/predict", files={"file": ("a.jpg", data)}).json()
        with pytest.raises(kind) as raised:
            asking(served).predict(data)
        error = raised.value
        assert type(error) is kind
        assert (error.code, error.status, error.detail) == (
            *(told["code"], told["status"], told["detail"]),
        )
        assert str(error) == told["detail"]
        assert error.request_id


def test_a_file_that_cannot_be_read_is_pythons_own_error(asking: type[Asking]) -> None:
    with pytest.raises(FileNotFoundError):
        asking("http://127.0.0.1:9").predict("absent.jpg")


def test_several_come_in_their_order_with_their_errors_in_their_places(
    served: str, asking: type[Asking], photo: Path
) -> None:
    (photo.parent / "broken.png").write_bytes(b"no picture")
    paths = [photo, photo.with_name("broken.png"), photo.with_name("absent.jpg"), photo]
    outcomes = asking(served).predict_many(paths)
    assert [outcome.path for outcome in outcomes] == paths
    kinds = [type(outcome.error) for outcome in outcomes]
    none = type(None)
    assert kinds == [none, deepfake_client.UnsupportedFormat, FileNotFoundError, none]
    assert [outcome.prediction is None for outcome in outcomes] == [False, True, True, False]


def test_of_none_nothing_comes(served: str, asking: type[Asking]) -> None:
    assert asking(served).predict_many([]) == []


def test_a_path_in_the_address_stays(asking: type[Asking], face: bytes) -> None:
    """As a proxy has it that serves the detector among others."""
    with scripted(answer("404 Not Found", "")) as server:
        with pytest.raises(deepfake_client.Error):
            asking(f"{server.url}/detector/").predict(face)
        assert server.requests[0].startswith(b"POST /detector/predict?explain=false HTTP/1.1")


@pytest.mark.parametrize(
    "url", ["localhost:8000", "", "/predict", "ftp://a.org", "http://a:b", "http://"]
)
def test_what_is_no_address_is_refused_at_once(url: str, asking: type[Asking]) -> None:
    with pytest.raises(ValueError, match="^" + url[:4]):
        asking(url).wait_until_ready(0)


def test_a_key_may_end_with_the_line_that_it_was_read_from(
    asking: type[Asking], face: bytes
) -> None:
    with scripted(answer("404 Not Found", "")) as server:
        with pytest.raises(deepfake_client.Error):
            asking(server.url, "df_one\n").predict(face)
        assert b"Bearer df_one\r\n" in server.requests[0]


@pytest.mark.parametrize("key", ["two\nlines", "clé"])
def test_what_cannot_be_a_key_is_refused_and_not_told(key: str, asking: type[Asking]) -> None:
    with pytest.raises(ValueError, match="printable") as raised:
        asking("http://localhost", key).wait_until_ready(0)
    assert key not in str(raised.value)


def test_an_end_in_the_middle_leaves_nothing_behind(served: str, photo: Path) -> None:
    with Client(served) as client:
        outcomes = client.predict_many([photo] * 50, concurrency=4)
        assert next(outcomes).prediction
        outcomes.close()
    assert not [it for it in threading.enumerate() if "ThreadPool" in it.name]


def test_a_client_without_a_with_works_too(served: str, photo: Path) -> None:
    client = Client(served)
    assert client.predict(photo).faces
    client.close()


@pytest.mark.slow
def test_a_thousand_pictures_come_once_each_and_in_order(
    served: str, asking: type[Asking], tmp_path: Path
) -> None:
    """Sixteen at a time; each of another content, so that its hash tells which was scored."""
    paths = [tmp_path / f"{number:04}.png" for number in range(1000)]
    for number, path in enumerate(paths):
        smooth(number, side=64).save(path)
    outcomes: list[Outcome] = asking(served).predict_many(paths, concurrency=16)
    assert [outcome.path for outcome in outcomes] == paths
    assert [outcome.error for outcome in outcomes] == [None] * 1000
    for outcome in outcomes:
        assert outcome.prediction
        assert outcome.prediction.image.sha256 == digest_of(outcome.path)
    assert len({it.prediction.request_id for it in outcomes if it.prediction}) == 1000


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
