"""stderr is silent while that is asked, also for what writes past Python; then as before."""

import os
import sys

import pytest

from service.silence import no_stderr


def write(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    os.write(2, text.encode())


def test_what_is_written_meanwhile_is_lost_and_nothing_else(
    capfd: pytest.CaptureFixture[str],
) -> None:
    write("before")
    with no_stderr():
        write("meanwhile")
    write("after")
    assert capfd.readouterr().err.replace("\n", "") == "beforebeforeafterafter"


def test_stderr_comes_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="wrong"), no_stderr():
        raise ValueError("wrong")
    write("after")
    assert "after" in capfd.readouterr().err


def test_no_descriptor_is_left_open() -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(10):
        with no_stderr():
            pass
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
