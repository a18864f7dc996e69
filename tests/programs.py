"""The project's programs, each in a process of its own that has what it imports from the start.

TensorFlow takes seconds to import. Python's fork server does so once for all tests of a process;
a program is a fork of it, with its own folder, environment and output. That the installed programs
start by themselves is for the README's commands and the container to show.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parent.parent

Name = Literal["deepfake", "training"]
NOTHING: Mapping[str, str] = {}  # beside the tests' own environment

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        *("tensorflow", "keras", "cv2", "sklearn.metrics", "scipy.optimize", "matplotlib.figure"),
        *(
            "fastapi",
            "uvicorn",
            "jinja2",
            "service.settings",
            "service.pictures.yunet",
            "service.command.cli",
            "training.cli",
        ),
    ]
)


class Program:
    """A program that was started; to be used as a ``subprocess.Popen`` is."""

    def __init__(
        self,
        name: Name,
        *arguments: str | Path,
        cwd: Path = ROOT,
        stdout: Path | None = None,
        stderr: Path | None = None,
        before: str = "",
        environment: Mapping[str, str] = NOTHING,
    ) -> None:
        """Start it; what it prints goes to files, if any are named, or nowhere.

        The code ``before`` is run in the new process first.
        """
        nowhere = Path(os.devnull)
        outputs = (str(stdout or nowhere), str(stderr or nowhere))
        words = (name, *map(str, arguments))
        given = {**os.environ, **environment}
        self._process = _FORKS.Process(target=_run, args=(words, str(cwd), given, outputs, before))
        self._process.start()
        self.args = words
        self.pid = int(self._process.pid or 0)

    @property
    def returncode(self) -> int | None:
        """Its exit status, or the negative number of the signal that ended it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The same, once it has ended."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def run(
    name: Name,
    *arguments: str | Path,
    cwd: Path = ROOT,
    check: bool = False,
    timeout: float = 300,
    environment: Mapping[str, str] = NOTHING,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and give what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
        program = Program(
            name, *arguments, cwd=cwd, stdout=stdout, stderr=stderr, environment=environment
        )
        try:
            status = program.wait(timeout)
        finally:
            program.kill()
        done = subprocess.CompletedProcess(
            program.args, status, stdout.read_text(), stderr.read_text()
        )
    if check:
        done.check_returncode()
    return done


def _run(
    words: tuple[str, ...],
    cwd: str,
    environment: dict[str, str],
    outputs: tuple[str, str],
    before: str,
) -> None:
    """In the new process: as Python would run the program itself."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in enumerate(outputs, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    sys.argv = list(words)
    exec(before, {})  # noqa: S102
    if words[0] == "training":
        runpy.run_module("training", run_name="__main__", alter_sys=True)
        return
    from service.command.entry import run as deepfake

    deepfake()
