"""Who is let in, who is refused, and that room is given back however a request ends."""

import asyncio
import time

import pytest

from service.web.admission import Admission
from service.web.refusals import BodyTooSlow, Draining, ModelNotReady, Overloaded
from service.web.visit import Patience


def admitting(limit: int, seconds: float) -> Admission:
    admission = Admission(limit, Patience(seconds, seconds, seconds))
    admission.open()
    return admission


async def hold(admission: Admission, seconds: float) -> str:
    try:
        async with admission.admit() as visit:
            visit.received()
            await asyncio.sleep(seconds)
    except Overloaded as error:
        return str(error)
    return "done"


def test_beyond_the_limit_requests_are_refused_at_once() -> None:
    admission = admitting(limit=3, seconds=60)

    async def main() -> list[str]:
        began = time.perf_counter()
        held = [asyncio.create_task(hold(admission, 0.2)) for _ in range(3)]
        await asyncio.sleep(0)
        refused = [await hold(admission, 0.2) for _ in range(2)]
        assert time.perf_counter() - began < 0.1
        assert admission.in_flight == 3
        return [*refused, *await asyncio.gather(*held)]

    busy = "Too many pictures are being scored; try again in a moment."
    assert asyncio.run(main()) == [busy, busy, "done", "done", "done"]
    assert admission.in_flight == 0


def test_what_takes_too_long_is_cancelled_and_refused() -> None:
    admission = admitting(limit=3, seconds=0.05)
    late = "The picture could not be scored within 0.05 seconds. Try again in a moment."
    assert asyncio.run(hold(admission, 60)) == late
    assert admission.in_flight == 0


def test_a_body_that_takes_too_long_is_its_senders_fault() -> None:
    admission = admitting(limit=3, seconds=0.05)

    async def wait_for_a_body() -> None:
        async with admission.admit():
            await asyncio.sleep(60)

    with pytest.raises(BodyTooSlow, match="The body came too slowly"):
        asyncio.run(wait_for_a_body())
    assert admission.in_flight == 0


def test_an_error_passes_and_gives_its_room_back() -> None:
    admission = admitting(limit=1, seconds=60)

    async def fail() -> None:
        async with admission.admit():
            raise ValueError("another")

    for _ in range(2):
        with pytest.raises(ValueError, match="another"):
            asyncio.run(fail())
    assert asyncio.run(hold(admission, 0)) == "done"


def test_a_caller_that_is_cancelled_gives_its_room_back() -> None:
    admission = admitting(limit=1, seconds=60)

    async def main() -> str:
        task = asyncio.create_task(hold(admission, 60))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await hold(admission, 0)

    assert asyncio.run(main()) == "done"


def test_a_refusal_says_when_to_come_back() -> None:
    assert (Overloaded.status, Overloaded.code) == (503, "overloaded")
    assert int(Overloaded.headers["Retry-After"]) > 0


def test_nobody_is_let_in_before_it_opens() -> None:
    admission = Admission(3, Patience(60, 60, 60))
    with pytest.raises(ModelNotReady, match="still being loaded"):
        asyncio.run(hold(admission, 0))
    admission.open()
    assert asyncio.run(hold(admission, 0)) == "done"


def test_once_it_drains_only_what_is_under_way_goes_on() -> None:
    admission = admitting(limit=3, seconds=60)

    async def main() -> str:
        held = asyncio.create_task(hold(admission, 0.05))
        await asyncio.sleep(0)
        admission.drain()
        with pytest.raises(Draining, match="about to end"):
            await hold(admission, 0)
        return await held

    assert asyncio.run(main()) == "done"
    admission.open()  # a model that was loaded too late
    with pytest.raises(Draining):
        admission.check()


def test_once_it_drains_a_body_has_no_more_time_than_for_a_piece_of_it() -> None:
    admission = Admission(limit=1, patience=Patience(upload=60, stall=0.2, work=60))
    admission.open()

    async def bring_a_long_body() -> None:
        async with admission.admit() as visit:
            while True:
                await asyncio.sleep(0.05)
                visit.came(10**6)

    async def main() -> None:
        bringing = asyncio.create_task(bring_a_long_body())
        await asyncio.sleep(0.4)
        assert admission.in_flight == 1
        admission.drain()
        with pytest.raises(BodyTooSlow):
            await asyncio.wait_for(bringing, timeout=10)
        assert admission.in_flight == 0

    asyncio.run(main())
