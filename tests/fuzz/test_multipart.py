"""Bodies that are forms, nearly or not at all, made by Hypothesis and cut into any chunks."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from service.errors import DeepfakeError
from service.web.uploads import read_uploads
from tests.fuzz import EXAMPLES, SEED
from tests.hostile_bodies import MULTIPART, body, part, sound_form
from tests.pictures import encode, smooth
from tests.service.web.test_uploads import request_of

LIMIT = 2**20
SECONDS = 10.0  # for one answer, on a busy machine
exhaustive = settings(
    max_examples=50 * EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

TEXT = st.text(st.characters(exclude_characters='"\r\n\\', codec="utf-8"), max_size=40)
FILE = st.binary(max_size=3000).filter(lambda data: b"\r\n--edge" not in b"\r\n" + data)
PIECES = st.one_of(
    st.sampled_from(
        [
            *(b"--edge", b"--edge--", b"--edge\r\n", b"--edge--\r\n", b"--", b"edge", b"--ledge"),
            *(b"\r\n", b"\r\n\r\n", b"\r", b"\n", b"\0", b":", b";", b"=", b'"', b"\\", b" "),
            *(b"Content-Disposition: form-data", b'; name="file"', b'; filename="a"'),
            *(b"; filename*=utf-8''%ff", b"; name=file", b"; name", b'; name="'),
            *(b"Content-Disposition: ", b"content-disposition:form-data", b"X: y\r\n" * 9),
            *(b"Content-Type: multipart/mixed; boundary=edge\r\n", b"X" * 5000),
            *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Length: -1\r\n"),
            part(encode(smooth(1), "PNG")),
            sound_form(),
        ]
    ),
    st.binary(max_size=40),
)
BODIES = st.lists(PIECES, max_size=12).map(b"".join)
CUTS = st.lists(st.integers(0, 5000), max_size=6)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """``data`` in as many chunks more as there are places within."""
    ends = sorted({place for place in places if place < len(data)} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def read(chunks: list[bytes]) -> list[bytes] | str:
    """The files of a body, or the code of what is wrong with it."""
    request, _ = request_of(chunks, {})
    try:
        return [it.data for it in asyncio.run(read_uploads(request, LIMIT))]
    except DeepfakeError as error:
        return error.code


@seed(SEED)
@exhaustive
@given(files=st.lists(st.tuples(TEXT, FILE), min_size=1, max_size=5), cuts=CUTS)
def test_what_is_sent_is_what_is_read(files: list[tuple[str, bytes]], cuts: list[int]) -> None:
    parts = [
        part(data, f'form-data; name="file"; filename="{name}"'.encode()) for name, data in files
    ]
    assert read(cut(body(*parts), cuts)) == [data for _, data in files]


@seed(SEED)
@exhaustive
@given(data=BODIES, cuts=CUTS)
def test_chunks_make_no_difference(data: bytes, cuts: list[int]) -> None:
    """And what cannot be read is an error that has a code; any other fails the test."""
    assert read(cut(data, cuts)) == read([data])


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as client:
        yield client


@pytest.mark.slow
@seed(SEED)
@settings(exhaustive, max_examples=10 * EXAMPLES)
@given(data=BODIES, cuts=CUTS, path=st.sampled_from(["/predict", "/predict/batch", "/"]))
def test_a_service_answers_any_body(
    client: httpx.Client, data: bytes, cuts: list[int], path: str
) -> None:
    began = time.monotonic()
    answer = client.post(path, content=iter(cut(data, cuts)), headers={"content-type": MULTIPART})
    assert time.monotonic() - began < SECONDS
    assert answer.status_code == 200 or answer.is_client_error
    if answer.is_client_error and path != "/":
        assert answer.json()["status"] == answer.status_code
