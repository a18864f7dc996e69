"""A real server that is given more than it can do: it refuses at once, and recovers."""

import contextlib
import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.conftest import running_server
from tests.pictures import PORTRAIT, encode

pytestmark = pytest.mark.usefixtures("toy_served")

LIMIT, SECONDS = 2, 3
LONGEST = 10  # of an upload


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server(
        DEEPFAKE_QUEUE_LIMIT=str(LIMIT),
        DEEPFAKE_DEADLINE_SECONDS=str(SECONDS),
        DEEPFAKE_STALL_SECONDS=str(SECONDS),
        DEEPFAKE_UPLOAD_SECONDS=str(LONGEST),
    ) as url:
        yield url


@contextmanager
def slow_upload(
    server: str, content_type: str = "multipart/form-data; boundary=x", length: int = 1000
) -> Iterator[socket.socket]:
    """A client that sends the head of an upload, and no more."""
    url = httpx.URL(server)
    with socket.create_connection((url.host, url.port or 80)) as connection:
        head = (
            f"POST /predict HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n"
            f"Content-Type: {content_type}\r\n\r\n"
        )
        connection.sendall(head.encode())
        yield connection


def read_answer(connection: socket.socket) -> str:
    """Head and body, which may come apart."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode()


def predict(server: str, face: bytes) -> httpx.Response:
    return httpx.post(f"{server}/predict", files={"file": face}, timeout=60)


def wait_until_free(server: str, face: bytes, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while predict(server, face).status_code != 200:
        assert time.monotonic() < deadline, "still overloaded"
        time.sleep(0.05)


def test_beyond_the_limit_a_picture_is_refused_at_once(server: str, face: bytes) -> None:
    with slow_upload(server), slow_upload(server):
        time.sleep(0.2)
        began = time.monotonic()
        refused = predict(server, face)
        assert time.monotonic() - began < 1
        assert refused.status_code == 503
        assert refused.json()["code"] == "overloaded"
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert httpx.get(f"{server}/healthz").status_code == 200
    wait_until_free(server, face, seconds=2)


def test_the_page_says_so_in_words(server: str, face: bytes) -> None:
    with slow_upload(server), slow_upload(server):
        time.sleep(0.2)
        page = httpx.post(server, files={"file": face})
        assert page.status_code == 503
        assert "Too many pictures are being scored" in page.text
    wait_until_free(server, face, seconds=2)


def test_an_upload_that_takes_too_long_is_ended(server: str, face: bytes) -> None:
    with slow_upload(server) as connection:
        connection.settimeout(SECONDS + 10)
        began = time.monotonic()
        answer = read_answer(connection)
        assert SECONDS - 1 < time.monotonic() - began < SECONDS + 5
        assert answer.startswith("HTTP/1.1 408")
        assert "body_too_slow" in answer
        assert "send 64 KiB of it within 3 seconds" in answer
        assert connection.recv(1) == b"", "the rest of the body is not waited for"
    assert predict(server, face).status_code == 200


@pytest.mark.slow
def test_bytes_that_trickle_in_buy_no_time(server: str) -> None:
    """Slowloris: what comes is a part's header, a byte at a time."""
    with slow_upload(server, length=10_000) as connection:
        connection.settimeout(0.1)
        began = time.monotonic()
        for byte in itertools.cycle(b"--x\r\nContent-Disposition: form-data; "):
            connection.sendall(bytes([byte]))
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(65536)
                break
        assert SECONDS - 1 < time.monotonic() - began < SECONDS + 5
        assert answer.startswith((b"HTTP/1.1 408", b"HTTP/1.1 400"))


@pytest.mark.slow
def test_an_upload_that_goes_on_may_take_longer_than_a_picture(server: str) -> None:
    """Over a slow line: 4 MB in pieces, for twice as long as the deadline."""
    large = encode(PORTRAIT.resize((1200, 1200)), "BMP")
    request = httpx.Request("POST", server, files={"file": large})
    body, kind = request.read(), request.headers["content-type"]
    step = len(body) // (4 * SECONDS)
    began = time.monotonic()
    with slow_upload(server, kind, len(body)) as connection:
        for start in range(0, len(body), step):
            time.sleep(0.5)
            connection.sendall(body[start : start + step])
        answer = read_answer(connection)
    assert answer.startswith("HTTP/1.1 200"), answer[:300]
    assert time.monotonic() - began > 2 * SECONDS


@pytest.mark.slow
def test_no_upload_may_take_for_ever(server: str) -> None:
    with slow_upload(server, length=10**7) as connection:
        began = time.monotonic()
        connection.settimeout(0.5)
        connection.sendall(b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n')
        while True:
            connection.sendall(bytes(70_000))
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(65536)
                break
        assert LONGEST - 1 < time.monotonic() - began < LONGEST + 5
        assert answer.startswith(b"HTTP/1.1 408")


def test_clients_that_hang_up_leave_no_trace(server: str, face: bytes) -> None:
    """Each gives its room back, whether it goes before its upload ends or after."""
    for _ in range(3 * LIMIT):
        with slow_upload(server):
            pass
    url = httpx.URL(server)
    body = httpx.Request("POST", f"{server}/predict", files={"file": face})
    head = "".join(f"{name}: {value}\r\n" for name, value in body.headers.items())
    for _ in range(3 * LIMIT):
        with socket.create_connection((url.host, url.port or 80)) as connection:
            sent = f"POST /predict HTTP/1.1\r\n{head}\r\n".encode() + body.read()
            connection.sendall(sent)
    wait_until_free(server, face, seconds=2)
    for _ in range(2 * LIMIT):
        assert predict(server, face).status_code == 200
