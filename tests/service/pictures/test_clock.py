"""Decoding comes to an end, by the processor's time and not by the clock on the wall."""

import time

import pytest

from service.errors import ImageTooComplex
from service.pictures import imaging
from service.pictures.clock import Clocked, OutOfTime
from tests.forged import jpeg_of_scans
from tests.pictures import PORTRAIT, encode


def work(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_bytes_can_be_read_while_there_is_time() -> None:
    file = Clocked(b"abcdef", seconds=60)
    assert (file.read(2), file.read(), file.read()) == (b"ab", b"cdef", b"")


def test_not_when_it_is_over() -> None:
    file = Clocked(b"abcdef", seconds=0.05)
    assert file.read(2) == b"ab"
    work(0.06)
    with pytest.raises(OutOfTime):
        file.read(2)


def test_waiting_costs_none() -> None:
    file = Clocked(b"abcdef", seconds=0.05)
    time.sleep(0.1)
    assert file.read() == b"abcdef"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF"])
def test_a_decoder_ends_with_its_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece takes a while here; all of them, too long."""
    data = encode(PORTRAIT.resize((1500, 1500)), name, progressive=True)
    assert imaging.decode(data).width == 1500
    read, pieces = Clocked.read, 0

    def slowly(self: Clocked, size: int | None = -1) -> bytes:
        nonlocal pieces
        pieces += 1
        work(0.002)
        return read(self, size)

    monkeypatch.setattr(Clocked, "read", slowly)
    with pytest.raises(ImageTooComplex, match=rf"The {name} takes more than 0\.1 seconds"):
        imaging.decode(data, max_seconds=0.1)
    assert pieces <= 60


def test_the_costliest_jpeg_is_cut_short() -> None:
    """Its scans are small, and each goes over all pixels."""
    data = jpeg_of_scans(90, size=3000)
    began = time.thread_time()
    with pytest.raises(ImageTooComplex, match=r"more than 0\.05 seconds"):
        imaging.decode(data, max_seconds=0.05)
    cut_short, began = time.thread_time() - began, time.thread_time()
    assert imaging.decode(data).width == 3000
    assert cut_short < (time.thread_time() - began) / 2
