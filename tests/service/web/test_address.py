"""An address that nothing can listen on ends the start, in one line, before the model is loaded."""

import errno
import os
import socket

import pytest

from service.errors import SettingsError
from service.web.address import require_free
from tests.conftest import free_port
from tests.programs import run


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::"])
def test_a_free_address_stays_free(host: str) -> None:
    port = free_port()
    for _ in range(2):
        require_free(host, port)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])
def test_where_another_program_listens_nothing_can(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"listen on {host}, port {port}: Address already"):
            require_free(host, port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match=f"listen on {host}, port 8000: "):
        require_free(host, 8000)


def test_without_ipv6_every_address_is_that_of_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    made = socket.socket

    def without_ipv6(family: int = socket.AF_INET, *given: int, **named: object) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return made(family, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "socket", without_ipv6)
    require_free("::", free_port())


def test_the_service_says_so_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("deepfake", "serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stdout == ""
    why = os.strerror(errno.EADDRINUSE)
    assert done.stderr == f"error: nothing can listen on 127.0.0.1, port {port}: {why}\n"
