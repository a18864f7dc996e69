"""How long a request may take: while its body comes, and from then on."""

import asyncio
import time

import pytest

from service.web.refusals import BodyTooSlow, Overloaded
from service.web.visit import PIECE, Patience, Visit

UPLOAD, STALL, WORK = 1.5, 0.4, 0.5
PATIENCE = Patience(UPLOAD, STALL, WORK)


async def bring(pieces: list[int], every: float, work: float = 0.0, hurry: bool = False) -> float:
    """Let a body come in ``pieces``; how long the visit took until it was over, or done."""
    began = time.monotonic()
    visit = Visit(PATIENCE)
    try:
        async with visit.timeout:
            for number, size in enumerate(pieces):
                await asyncio.sleep(every)
                visit.came(size)
                if hurry and number == 0:
                    visit.hurry()
            visit.received()
            await asyncio.sleep(work)
    except TimeoutError:
        raise visit.late() from None
    return time.monotonic() - began


def test_a_body_that_comes_steadily_may_take_longer_than_the_work() -> None:
    assert asyncio.run(bring([PIECE] * 8, every=0.1)) > WORK


def test_what_came_beyond_a_piece_counts_towards_the_next() -> None:
    """A body whose parts are a little smaller than a piece may come as fast as it must."""
    pieces = [PIECE + 4000, *[PIECE - 1000] * 4]
    assert asyncio.run(bring(pieces, every=0.6 * STALL)) > 2 * STALL


def test_a_body_that_stops_coming_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(BodyTooSlow, match=r"within 0\.4 seconds each, and all of it within 1\.5"):
        asyncio.run(bring([PIECE, 60 * PIECE], every=0.7))
    assert time.monotonic() - began < 2 * STALL


def test_bytes_that_trickle_in_buy_no_time() -> None:
    began = time.monotonic()
    with pytest.raises(BodyTooSlow):
        asyncio.run(bring([1] * 1000, every=0.01))
    assert time.monotonic() - began < 2 * STALL


def test_what_came_at_once_buys_no_more_time_than_a_piece() -> None:
    began = time.monotonic()
    with pytest.raises(BodyTooSlow):
        asyncio.run(bring([100 * PIECE, *[1] * 1000], every=0.01))
    assert time.monotonic() - began < 2 * STALL


def test_no_body_may_take_for_ever() -> None:
    began = time.monotonic()
    with pytest.raises(BodyTooSlow):
        asyncio.run(bring([PIECE] * 1000, every=0.05))
    assert UPLOAD - 0.01 < time.monotonic() - began < UPLOAD + STALL


def test_what_is_left_of_it_must_hurry_once_the_service_ends() -> None:
    began = time.monotonic()
    with pytest.raises(BodyTooSlow):
        asyncio.run(bring([PIECE] * 1000, every=0.05, hurry=True))
    assert time.monotonic() - began < UPLOAD - STALL


def test_a_long_upload_takes_nothing_of_the_time_for_the_work() -> None:
    assert asyncio.run(bring([PIECE] * 8, every=0.1, work=0.3)) > 1


def test_the_work_has_its_own_limit() -> None:
    began = time.monotonic()
    with pytest.raises(Overloaded, match=r"could not be scored within 0\.5 seconds"):
        asyncio.run(bring([PIECE], every=0.01, work=60))
    assert WORK - 0.01 < time.monotonic() - began < 2 * WORK
