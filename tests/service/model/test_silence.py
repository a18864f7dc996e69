"""stderr is silent while that is asked, also for what writes past Python; then as before."""

import os
import subprocess
import sys

import pytest

from service.model.silence import no_stderr

SCRIPT = """
import os, sys
from service.model.silence import no_stderr

def write(text):
    print(text, file=sys.stderr, flush=True)
    os.write(2, text.encode() + b" past Python\\n")
    os.system(f"echo {text} of a child >&2")

write("before")
with no_stderr():
    write("meanwhile")
write("after")
"""


def test_what_is_written_meanwhile_is_lost_and_nothing_else() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    ways = ("", " past Python", " of a child")
    assert done.stderr.splitlines() == [
        f"{when}{way}" for when in ("before", "after") for way in ways
    ]


def test_stderr_comes_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="wrong"), no_stderr():
        raise ValueError("wrong")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_no_descriptor_is_left_open() -> None:
    before = os.dup(2)
    os.close(before)
    for _ in range(10):
        with no_stderr():
            pass
    after = os.dup(2)
    os.close(after)
    assert after == before
