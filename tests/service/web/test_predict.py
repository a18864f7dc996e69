"""`POST /predict` on a real server: the answer, and what each kind of rubbish gets."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from service.model.loaded import Model
from service.pictures import faces, imaging
from tests.pictures import PORTRAIT, encode, png_of_size, smooth

MIB = 2**20


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as client:
        yield client


def test_the_answer_is_the_contracts(client: httpx.Client, face: bytes, model: Model) -> None:
    response = client.post("/predict", files={"file": face})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    margin, side = model.manifest.crop_margin, model.manifest.input_side
    found, shown = faces.look(imaging.decode(face).pixels, faces.FaceFinder(), margin, side)
    assert abs(answer["fake_probability"] - float(model.score(shown)[0])) <= 1e-6
    assert answer["label"] == ("FAKE" if answer["fake_probability"] >= 0.5 else "REAL")
    assert answer["verdict"] in {"real", "uncertain", "fake"}
    assert [it["box"]["x"] for it in answer["faces"]] == [it.x for it in found]
    assert answer["warnings"] == []
    assert answer["model"] == {"name": "deepfake", "version": model.manifest.version}
    assert answer["image"] == {
        "width": PORTRAIT.width,
        "height": PORTRAIT.height,
        "format": "JPEG",
        "sha256": hashlib.sha256(face).hexdigest(),
    }
    assert set(answer["timing_ms"]) == {"decode", "faces", "provenance", "queue", "model", "total"}
    assert answer["request_id"] == response.headers["x-request-id"]


def test_a_callers_request_id_is_kept(client: httpx.Client, face: bytes) -> None:
    wanted = "0123456789abcdef0123456789abcdef"
    headers = {"X-Request-ID": wanted}
    response = client.post("/predict", files={"file": face}, headers=headers)
    assert response.json()["request_id"] == wanted


def test_neither_name_nor_content_type_decides_the_format(client: httpx.Client) -> None:
    file = ("photo.jpg", encode(PORTRAIT, "PNG"), "image/jpeg")
    assert client.post("/predict", files={"file": file}).json()["image"]["format"] == "PNG"


def test_many_at_once_get_their_own_answers(client: httpx.Client) -> None:
    files = [encode(smooth(seed, side=160), "PNG") for seed in range(16)]

    def ask(data: bytes) -> str:
        answer = client.post("/predict", files={"file": data}).json()
        return str(answer["image"]["sha256"])

    with ThreadPoolExecutor(16) as pool:
        hashes = list(pool.map(ask, files))
    assert hashes == [hashlib.sha256(data).hexdigest() for data in files]


BAD_FILES = {
    "empty": (b"", 422, "empty_file"),
    "text named .jpg": (b"hello", 415, "unsupported_format"),
    "truncated": (encode(PORTRAIT)[:3000], 422, "corrupt_image"),
    "no pixels": (png_of_size(0, 0), 422, "corrupt_image"),
    "gigantic": (png_of_size(60_000, 60_000), 413, "image_too_large"),
    "tiny": (encode(smooth(1, side=8), "PNG"), 422, "image_too_small"),
    "over the limit": (bytes(21 * MIB), 413, "body_too_large"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_gets_its_problem(client: httpx.Client, kind: str) -> None:
    data, status, code = BAD_FILES[kind]
    response = client.post("/predict", files={"file": ("photo.jpg", data, "image/jpeg")})
    assert_problem(response, status, code)


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["request_id"] == response.headers["x-request-id"]


BOUNDARY = "multipart/form-data; boundary=edge"
BAD_BODIES: dict[str, tuple[str | None, bytes, int, str]] = {
    "no body": (None, b"", 415, "not_multipart"),
    "JSON": ("application/json", b"{}", 415, "not_multipart"),
    "no boundary": ("multipart/form-data", b"--edge--", 400, "malformed_multipart"),
    "other boundary": (BOUNDARY, b"--other\r\n\r\n--other--", 400, "malformed_multipart"),
    "no part": (BOUNDARY, b"--edge--\r\n", 422, "missing_file"),
    "text in the field": (
        BOUNDARY,
        b'--edge\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--edge--\r\n',
        415,
        "unsupported_format",
    ),
    "text in another field": (
        BOUNDARY,
        b'--edge\r\nContent-Disposition: form-data; name="image"\r\n\r\nabc\r\n--edge--\r\n',
        422,
        "missing_file",
    ),
    "a part without a name": (
        BOUNDARY,
        b"--edge\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--edge--\r\n",
        400,
        "malformed_multipart",
    ),
    "cut off": (
        BOUNDARY,
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc',
        400,
        "malformed_multipart",
    ),
}


@pytest.mark.parametrize("kind", BAD_BODIES)
def test_a_bad_body_gets_its_problem(client: httpx.Client, kind: str) -> None:
    content_type, body, status, code = BAD_BODIES[kind]
    headers = {"Content-Type": content_type} if content_type else {}
    assert_problem(client.post("/predict", content=body, headers=headers), status, code)


def test_the_wrong_field_is_a_missing_file(client: httpx.Client, face: bytes) -> None:
    assert_problem(client.post("/predict", files={"image": face}), 422, "missing_file")


def test_two_files_are_one_too_many(client: httpx.Client, face: bytes) -> None:
    files = [("file", face), ("file", face)]
    assert_problem(client.post("/predict", files=files), 422, "too_many_parts")


def test_a_hundred_parts_are_malformed(client: httpx.Client) -> None:
    files = [("file", b"x")] * 100
    assert_problem(client.post("/predict", files=files), 400, "malformed_multipart")


def test_a_chunked_body_cannot_get_round_the_limit(client: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(21):
            yield bytes(MIB)

    response = client.post("/predict", content=chunks(), headers={"Content-Type": BOUNDARY})
    assert_problem(response, 413, "body_too_large")


def test_the_service_goes_on_after_all_that(client: httpx.Client, face: bytes) -> None:
    for data, _, _ in BAD_FILES.values():
        client.post("/predict", files={"file": data})
        assert client.post("/predict", files={"file": face}).status_code == 200
