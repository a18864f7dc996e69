"""The first moment of the process: told to end before it has begun, it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.conftest import BIN, ROOT, free_port

FIRST = ["unshare", "--pid", "--fork", "--kill-child"]  # what it starts has the number 1
EARLY, LATE = "_pydantic_core", "libtensorflow_framework"  # are mapped while Python imports


def cannot_unshare() -> bool:
    try:
        return subprocess.run([*FIRST, "true"], capture_output=True, check=False).returncode != 0
    except FileNotFoundError:
        return True


def until_it_has_loaded(library: str, process: psutil.Process) -> None:
    for _ in range(6000):
        if any(library in it.path for it in process.memory_maps()):
            return
        time.sleep(0.005)
    pytest.fail(f"{library} was never loaded")


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "DEEPFAKE_PORT": str(free_port())}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


@pytest.mark.skipif(cannot_unshare(), reason="no process may be given the number 1 here")
@pytest.mark.parametrize(
    ("library", "arguments", "status"),
    [
        (EARLY, ("serve",), 0),
        (LATE, ("serve", "--host", "127.0.0.1"), 0),
        (EARLY, ("info",), 128 + signal.SIGTERM),  # has not done what it was asked for
    ],
)
def test_the_first_process_of_a_container_ends_at_once(
    library: str, arguments: tuple[str, ...], status: int
) -> None:
    with started(*FIRST, str(BIN / "deepfake"), *arguments) as process:
        child = first_child(process)
        until_it_has_loaded(library, child)
        child.send_signal(signal.SIGTERM)
        assert process.wait(5) == status
        assert process.stderr
        assert process.stderr.read() == b""


def first_child(process: subprocess.Popen[bytes]) -> psutil.Process:
    for _ in range(1000):
        if children := psutil.Process(process.pid).children():
            return children[0]
        time.sleep(0.005)
    pytest.fail("nothing was started")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_so_does_any_service(stop: signal.Signals) -> None:
    with started(str(BIN / "deepfake"), "serve") as process:
        until_it_has_loaded(EARLY, psutil.Process(process.pid))
        process.send_signal(stop)
        assert process.wait(5) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_until_then_nothing_is_imported_that_takes_time() -> None:
    """Whatever it imports stands between the process and its end."""
    source = "import sys; from service.command import entry; print(*sys.modules)"
    python = [sys.executable, "-S", "-c", source]
    names = subprocess.check_output(python, cwd=ROOT, text=True).split()
    assert {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names} == {
        "service",
        "service.command",
        "service.command.entry",
        "__main__",
    }
    assert len(names) < 60
