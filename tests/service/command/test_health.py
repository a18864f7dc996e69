"""`deepfake health`, the image's health check: it asks the address that is set, and no proxy."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service.command import health
from service.settings import Settings, read_settings
from tests.conftest import BIN, ROOT, free_port

DOCKERFILE = (ROOT / "Dockerfile").read_text()
(CHECK,) = re.findall(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", DOCKERFILE, re.M)
PROXIES = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://127.0.0.1:9")


@contextmanager
def answering(host: str, status: int = 200) -> Iterator[tuple[int, list[str]]]:
    """Something that listens at an address alone; yields its port and the paths it is asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    with Listener((host, 0), Answer) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
        yield listener.server_address[1], asked
        listener.shutdown()


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str | None]:
    """The check, with proxies that lead nowhere and what is given set."""

    def check(host: str, port: int | str) -> str | None:
        for name, value in {**PROXIES, "DEEPFAKE_HOST": host, "DEEPFAKE_PORT": str(port)}.items():
            monkeypatch.setenv(name, value)
        return health.check()

    return check


@pytest.mark.parametrize(
    ("listens", "said"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", ""),
        ("127.0.0.1", "0.0.0.0"),
        ("127.0.0.1", "::"),  # at which the service listens to both kinds
        ("127.0.0.1", "localhost"),
        ("127.0.0.7", "127.0.0.7"),
        ("::1", "::1"),
        ("::1", "[::1]\n"),
    ],
)
def test_it_asks_the_address_that_is_set(
    listens: str, said: str, check: Callable[..., str | None]
) -> None:
    with answering(listens) as (port, asked):
        assert check(said, port) is None
    assert asked == ["/readyz"]


def test_who_is_not_ready_is_not_healthy(check: Callable[..., str | None]) -> None:
    with answering("127.0.0.1", 503) as (port, _):
        assert check("", port) == "error: not ready: 503 Service Unavailable"


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("127.0.0.1", 1, "refused"),
        ("no such name", 8000, ""),
        ("", "http", "'http'"),
    ],
)
def test_who_cannot_be_asked_is_not_either(
    host: str, port: int | str, reason: str, check: Callable[..., str | None]
) -> None:
    said = check(host, port)
    assert said
    assert said.startswith("error: the service does not answer: ")
    assert reason in said
    assert "\n" not in said


def test_who_says_nothing_is_given_up(
    check: Callable[..., str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert check("", silent.getsockname()[1]) == "error: the service does not answer: timed out"


@pytest.mark.parametrize("host", ["", " ", "10.0.0.1\n", "[fd00::1]", "detector.example"])
@pytest.mark.parametrize("port", ["", "\n", " 9000 "])
def test_it_reads_the_settings_as_the_service_does(
    host: str, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPFAKE_ANONYMOUS", "true")
    monkeypatch.setenv("DEEPFAKE_HOST", host)
    monkeypatch.setenv("DEEPFAKE_PORT", port)
    settings: Settings = read_settings()
    assert health.address() == (settings.host, settings.port)


def test_the_images_health_check_finds_the_service(server: str) -> None:
    command: list[str] = json.loads(CHECK)
    environment = {**os.environ, **PROXIES, "DEEPFAKE_HOST": "0.0.0.0"}
    for port, status in ((server.rpartition(":")[2], 0), (str(free_port()), 1)):
        done = subprocess.run(
            [BIN / command[0], *command[1:]],
            env={**environment, "DEEPFAKE_PORT": port},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status
        assert done.stdout == ""
        assert done.stderr.count("\n") == status


def test_it_costs_next_to_nothing() -> None:
    """Nothing but the standard library is imported for it."""
    source = "import sys; sys.argv = ['deepfake', 'health']; from service.command import entry\n"
    ask = "try: entry.run()\nfinally: print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-S", "-c", source + ask],
        cwd=ROOT,
        env={"DEEPFAKE_PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(done.stdout.split()) - set(sys.stdlib_module_names) == {"service", "__main__"}
