"""Its begin and its end: early questions, SIGTERM with pictures under way, a second one."""

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import Request

from service.settings import read_settings
from service.web.app import create_app
from service.web.server import Server
from tests.conftest import ARTIFACT, free_port, wait_until_ready
from tests.programs import Program
from tests.service.web.test_overload import read_answer, slow_upload

pytestmark = pytest.mark.usefixtures("toy_served")


@contextmanager
def server_process(
    log: Path | None = None, model: Path | None = None
) -> Iterator[tuple[Program, str]]:
    """A real server, and its address; it may not be ready yet. Its stdout goes to ``log``."""
    port = free_port()
    environment = {"DEEPFAKE_MODEL": str(model)} if model else {}
    words = ("serve", "--port", str(port))
    process = Program("deepfake", *words, stdout=log, environment=environment)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def first_answer(url: str) -> httpx.Response:
    """What ``url`` answers as soon as it answers at all."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return httpx.get(url, timeout=10)
        except httpx.TransportError:
            time.sleep(0.005)
    pytest.fail(f"{url} never answered")


def test_until_the_model_is_warm_only_liveness_is_answered(face: bytes) -> None:
    with server_process(model=ARTIFACT) as (process, url):  # which takes seconds to load
        early = first_answer(f"{url}/readyz")
        assert (early.status_code, early.json()["code"]) == (503, "model_not_ready")
        assert int(early.headers["retry-after"]) > 0
        picture = httpx.post(f"{url}/predict", files={"file": face})
        assert (picture.status_code, picture.json()["code"]) == (503, "model_not_ready")
        assert httpx.get(f"{url}/model").json()["code"] == "model_not_ready"
        assert httpx.get(f"{url}/v2/health/ready").status_code == 503
        assert httpx.get(f"{url}/healthz").status_code == 200
        wait_until_ready(url, process)
        assert httpx.post(f"{url}/predict", files={"file": face}).status_code == 200


def test_sigterm_before_the_model_is_warm_is_a_clean_end() -> None:
    with server_process(model=ARTIFACT) as (process, url):
        assert first_answer(f"{url}/healthz").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_what_is_under_way_is_answered_and_what_is_new_is_refused(face: bytes) -> None:
    with server_process() as (process, url):
        wait_until_ready(url, process)
        request = httpx.Request("POST", f"{url}/predict", files={"file": face})
        body = request.read()
        half = len(body) // 2
        with slow_upload(url, request.headers["content-type"], len(body)) as upload:
            upload.sendall(body[:half])
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            ready = httpx.get(f"{url}/readyz")
            assert (ready.status_code, ready.json()["code"]) == (503, "draining")
            late = httpx.post(f"{url}/predict", files={"file": face})
            assert (late.status_code, late.json()["code"]) == (503, "draining")
            assert late.headers["connection"] == "close"
            assert httpx.get(f"{url}/healthz").status_code == 200
            assert process.poll() is None
            upload.sendall(body[half:])
            answer = read_answer(upload)
        assert answer.startswith("HTTP/1.1 200")
        assert json.loads(answer.partition("\r\n\r\n")[2])["verdict"]
        assert process.wait(10) == 0


def test_under_load_every_picture_that_was_let_in_is_answered(face: bytes, tmp_path: Path) -> None:
    answers: list[int] = []

    def ask(url: str) -> None:
        with httpx.Client() as client:
            while True:
                try:
                    answers.append(client.post(f"{url}/predict", files={"file": face}).status_code)
                except httpx.ConnectError:
                    return  # it listens no more
                except httpx.TransportError:
                    continue  # its connection was closed before it could be let in

    log = tmp_path / "log"
    with server_process(log) as (process, url):
        wait_until_ready(url, process)
        threads = [threading.Thread(target=ask, args=(url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        for thread in threads:
            thread.join(30)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    logged = Counter(line["status"] for line in lines if line["route"] == "/predict")
    assert set(logged) <= {200, 503}
    assert logged[200] == answers.count(200) > 8
    assert logged[503] == answers.count(503)


def test_a_second_ctrl_c_does_not_wait() -> None:
    with server_process() as (process, url):
        wait_until_ready(url, process)
        with slow_upload(url):
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            assert process.poll() is None
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.wait(30)
            assert time.monotonic() - began < 5


@contextmanager
def listening(host: str) -> Iterator[int]:
    """A server in this process, which also tells who asks; yields its port."""

    async def who(request: Request) -> str:
        return request.client.host if request.client else ""

    settings = read_settings(
        host=host, port=free_port(), anonymous=True, trusted_proxies=("127.0.0.0/8",)
    )
    app = create_app(settings)
    app.add_api_route("/who", who)
    server = Server(app, settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        first_answer(f"http://127.0.0.1:{settings.port}/healthz")
        yield settings.port
    finally:
        server.should_exit = True
        thread.join(60)


def test_both_kinds_of_address_are_served_where_every_one_is_asked_for() -> None:
    with listening("::") as port:
        assert httpx.get(f"http://127.0.0.1:{port}/who").json() == "127.0.0.1"
        assert httpx.get(f"http://[::1]:{port}/who").json() == "::1"
        said = {"X-Forwarded-For": "192.0.2.1"}  # whom a trusted proxy speaks for
        assert httpx.get(f"http://127.0.0.1:{port}/who", headers=said).json() == "192.0.2.1"
        assert httpx.get(f"http://[::1]:{port}/who", headers=said).json() == "::1"
