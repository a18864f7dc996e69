"""One line a request, and nothing private in it."""

import json
import signal
from typing import Any

import httpx
import pytest

from tests.conftest import free_port, wait_until_ready
from tests.programs import Program

pytestmark = pytest.mark.usefixtures("toy_served")

NAME = "holiday-with-anna.jpg"


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory, face: bytes) -> list[dict[str, Any]]:
    """What a server printed on stdout while four requests were made."""
    out = tmp_path_factory.mktemp("logs") / "stdout"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = Program("deepfake", "serve", "--port", str(port), stdout=out)
    try:
        wait_until_ready(url, process)
        httpx.post(
            f"{url}/predict",
            files={"file": (NAME, face)},
            headers={"X-Request-ID": "0123456789abcdef0123456789abcdef"},
        )
        httpx.post(f"{url}/predict", files={"file": (NAME, b"no picture")})
        httpx.get(f"{url}/{NAME}?who=anna")
        httpx.get(url)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_every_request_is_one_line(lines: list[dict[str, Any]]) -> None:
    asked = [(line["method"], line["route"], line["status"]) for line in lines]
    assert asked[-4:] == [
        ("POST", "/predict", 200),
        ("POST", "/predict", 415),
        ("GET", "other", 404),
        ("GET", "/", 200),
    ]
    assert {(method, route) for method, route, _ in asked[:-4]} == {("GET", "/readyz")}


def test_a_line_has_the_time_and_the_request_id(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        assert set(line) == {
            *("time", "levelname", "message"),
            *("method", "route", "status", "ms", "request_id"),
        }
        assert line["time"].startswith("20")
        assert line["ms"] > 0
        assert len(line["request_id"]) == 32
    assert lines[-4]["request_id"] == "0123456789abcdef0123456789abcdef"


def test_no_line_tells_a_name_or_an_address(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        text = json.dumps(line)
        for private in (NAME, "anna", "127.0.0.1"):
            assert private not in text
