"""A service under measurement: a process of its own on a free port, and pictures to send."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import skimage.data
from PIL import Image

CLI = ("-c", "from service.command.cli import run; run()")
SERVICE = (*CLI, "serve", "--port")


@dataclass(frozen=True, slots=True)
class Running:
    """Where it listens, and its process."""

    url: str
    process: psutil.Process

    def memory_mib(self) -> float:
        """What it holds in memory now, with its children."""
        return float(sum(one.memory_info().rss for one in self.family()) / 2**20)

    def family(self) -> list[psutil.Process]:
        """Its process, and those that it started."""
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def running(
    command: tuple[str, ...] = SERVICE,
    environment: Mapping[str, str] | None = None,
    python: Path = Path(sys.executable),
    folder: Path = Path(),
) -> Iterator[Running]:
    """What ``python command PORT`` serves in ``folder``, once it is ready; ended on leaving."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = psutil.Popen(
        [python, *command, str(port)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    it = Running(f"http://127.0.0.1:{port}", process)
    try:
        _wait_until_ready(it)
        yield it
    finally:
        _end(it)


def deepfake(*words: object) -> list[str]:
    """The command line ``deepfake`` with these words."""
    return [sys.executable, *CLI, *map(str, words)]


def _wait_until_ready(it: Running, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    with httpx.Client() as client:  # a new one for each try would take half a core from the start
        while time.monotonic() < deadline and it.process.poll() is None:
            try:
                if client.get(f"{it.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
    raise TimeoutError("it was never ready")


def _end(it: Running) -> None:
    if it.process.poll() is not None:
        return
    family = it.family()
    it.process.terminate()
    _, alive = psutil.wait_procs(family, timeout=30)
    for one in alive:
        one.kill()
    psutil.wait_procs(alive, timeout=5)


def start_load(url: str, picture: Path, *options: str) -> subprocess.Popen[bytes]:
    """Begin to put load on a service; ``told`` waits for its end."""
    command = [sys.executable, "-m", "benchmarks.load", url, str(picture), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def told(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The JSON that a process prints last.

    Raises:
        RuntimeError: it failed.
    """
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"status {process.returncode}: {process.args!r}")
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer


def load(it: Running, picture: Path, **options: float) -> dict[str, Any]:
    """Put load on ``POST /predict``; ``options`` are those of ``benchmarks.load``."""
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return told(start_load(f"{it.url}/predict", picture, *words))


def pictures(folder: Path) -> dict[str, Path]:
    """A portrait that comes with a package, small and large."""
    portrait = Image.fromarray(skimage.data.astronaut())
    made = {"256 px face": folder / "face.jpg", "12 MP photograph": folder / "photograph.jpg"}
    portrait.crop((60, 0, 380, 320)).resize((256, 256)).save(made["256 px face"], quality=90)
    portrait.resize((3464, 3464)).save(made["12 MP photograph"], quality=90)
    return made
