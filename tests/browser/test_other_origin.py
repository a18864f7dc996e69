"""A page of another origin: with a key it has a picture scored, and shows how far the upload is."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser

from service.web.keys import digest, new_key
from tests.browser.conftest import PATIENCE
from tests.conftest import running_server

pytestmark = pytest.mark.browser

KEY = new_key()
ASK = """([url, key, data]) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  const body = new FormData();
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  body.append("file", new File([bytes], "face.jpg"));
  const seen = [];
  request.upload.onprogress = (event) => seen.push(event.loaded / event.total);
  request.onloadend = () => resolve({
    seen,
    status: request.status,
    text: request.responseText,
    told: Object.fromEntries(
      ["RateLimit", "RateLimit-Policy", "X-Request-ID", "Retry-After", "Server-Timing"]
        .map((name) => [name, request.getResponseHeader(name)])),
  });
  request.open("POST", url);
  request.setRequestHeader(...key);
  request.send(body);
})"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def another() -> Iterator[str]:
    """The origin of a page that is not the service's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def guarded(another: str) -> Iterator[str]:
    """A service that knows a key, which is good for two pictures, and that origin."""
    with running_server(
        DEEPFAKE_API_KEYS=digest(KEY), DEEPFAKE_CORS_ORIGINS=another, DEEPFAKE_RATE_LIMIT="2/day"
    ) as url:
        yield url


def ask(browser: Browser, origin: str, url: str, key: tuple[str, str], data: str) -> dict[str, Any]:
    """What a page of ``origin`` learns of the answer."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(origin)
    learnt: dict[str, Any] = page.evaluate(ASK, [url, list(key), data])
    context.close()
    return learnt


def test_it_sends_a_key_and_reads_all_of_the_answer(
    browser: Browser, another: str, guarded: str, face: bytes
) -> None:
    data, url = base64.b64encode(face).decode(), f"{guarded}/predict"
    bearer, header = ("Authorization", f"Bearer {KEY}"), ("X-API-Key", KEY)
    for key, left in ((bearer, 1), (header, 0)):
        learnt = ask(browser, another, url, key, data)
        assert (learnt["status"], learnt["seen"][-1]) == (200, 1)
        assert json.loads(learnt["text"])["request_id"] == learnt["told"]["X-Request-ID"]
        assert f"r={left};" in learnt["told"]["RateLimit"]
        assert "q=2;" in learnt["told"]["RateLimit-Policy"]
    refused = ask(browser, another, url, header, data)
    assert refused["status"] == 429
    assert int(refused["told"]["Retry-After"]) > 0


def test_it_is_told_that_its_key_is_wrong(
    browser: Browser, another: str, guarded: str, face: bytes
) -> None:
    data = base64.b64encode(face).decode()
    learnt = ask(browser, another, f"{guarded}/predict", ("X-API-Key", "wrong"), data)
    assert (learnt["status"], json.loads(learnt["text"])["code"]) == (401, "unauthorized")


def test_a_page_that_is_not_named_learns_nothing(
    browser: Browser, another: str, guarded: str, face: bytes
) -> None:
    data = base64.b64encode(face).decode()
    unnamed = another.replace("127.0.0.1", "localhost")
    learnt = ask(browser, unnamed, f"{guarded}/predict", ("X-API-Key", KEY), data)
    assert (learnt["status"], learnt["text"]) == (0, "")
