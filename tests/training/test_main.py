"""`python -m training` as the first process of a container: told to end, it ends."""

import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.service.command.test_entry import (
    EARLY,
    FIRST,
    LATE,
    cannot_unshare,
    first_child,
    started,
    until_it_has_loaded,
)


@pytest.mark.skipif(cannot_unshare(), reason="no process may be given the number 1 here")
@pytest.mark.parametrize("library", [EARLY, LATE])
def test_the_first_process_of_a_container_ends_at_once(library: str, tmp_path: Path) -> None:
    asked = ("train", "--data", str(tmp_path))
    with started(*FIRST, sys.executable, "-m", "training", *asked) as process:
        child: psutil.Process = first_child(process)
        until_it_has_loaded(library, child)
        child.send_signal(signal.SIGTERM)
        assert process.wait(5) == 128 + signal.SIGTERM
