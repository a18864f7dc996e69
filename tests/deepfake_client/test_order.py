"""Many at once: in order, so many and no more, and nothing left when it ends early."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from deepfake_client.order import in_order, in_order_by_threads


class Counting:
    """Does nothing, the longer the smaller the number, and counts how many do so at a time."""

    def __init__(self) -> None:
        self.under_way = self.most = self.begun = 0
        self._lock = threading.Lock()

    def _enter(self, change: int) -> None:
        with self._lock:
            self.under_way += change
            self.begun += change == 1
            self.most = max(self.most, self.under_way)

    def do(self, number: int) -> int:
        self._enter(1)
        time.sleep(0.01 * (5 - number % 5))
        self._enter(-1)
        return number

    async def do_async(self, number: int) -> int:
        self._enter(1)
        try:
            await asyncio.sleep(0.01 * (5 - number % 5))
        finally:
            self._enter(-1)
        return number


@pytest.mark.parametrize("at_once", [1, 3, 40])
def test_they_come_in_order_and_no_more_are_under_way_than_may_be(at_once: int) -> None:
    counting = Counting()

    async def all_of_them() -> list[int]:
        return [it async for it in in_order(counting.do_async, range(20), at_once)]

    assert asyncio.run(all_of_them()) == list(range(20))
    assert counting.most == min(at_once, 20)
    counting = Counting()
    assert list(in_order_by_threads(counting.do, range(20), at_once)) == list(range(20))
    assert 1 <= counting.most <= at_once
    assert counting.under_way == 0


def endless() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def test_no_more_items_are_taken_than_there_is_room_for() -> None:
    counting = Counting()
    outcomes = in_order_by_threads(counting.do, endless(), 4)
    assert [next(outcomes) for _ in range(10)] == list(range(10))
    outcomes.close()
    assert counting.begun <= 10 + 4
    assert counting.under_way == 0


def test_an_early_end_cancels_what_is_under_way() -> None:
    counting = Counting()

    async def some() -> list[int]:
        async with aclosing(in_order(counting.do_async, endless(), 4)) as outcomes:
            return [await anext(outcomes) for _ in range(10)]

    assert asyncio.run(some()) == list(range(10))
    assert counting.under_way == 0


def fail(number: int) -> int:
    if number == 3:
        raise LookupError(str(number))
    return number


async def fail_async(number: int) -> int:
    return fail(number)


def test_what_is_raised_comes_in_its_place_and_ends_it() -> None:
    came = []
    with pytest.raises(LookupError, match="3"):
        came.extend(iter_until_raised())
    assert came == []
    outcomes = in_order_by_threads(fail, range(9), 8)
    assert [next(outcomes) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(LookupError):
        next(outcomes)
    assert list(outcomes) == []


def iter_until_raised() -> list[int]:
    async def all_of_them() -> list[int]:
        return [it async for it in in_order(fail_async, range(9), 8)]

    return asyncio.run(all_of_them())
