"""Many at once, a few at a time, and what becomes of them in the order in which they came."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


async def in_order(
    do: Callable[[Item], Coroutine[Any, Any, Done]], items: Iterable[Item], at_once: int
) -> AsyncGenerator[Done]:
    """Await ``do`` for each item; the first that raises ends it, and those under way are cancelled.

    Items are taken as there is room for them.
    """
    pending: deque[asyncio.Task[Done]] = deque()
    try:
        for item in items:
            if len(pending) >= at_once:
                yield await pending.popleft()
            pending.append(asyncio.create_task(do(item)))
        while pending:
            yield await pending.popleft()
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


def in_order_by_threads(
    do: Callable[[Item], Done], items: Iterable[Item], at_once: int
) -> Generator[Done]:
    """Call ``do`` for each item, in threads; if it ends early, those under way are waited for."""
    pending: deque[Future[Done]] = deque()
    pool = ThreadPoolExecutor(at_once)
    try:
        for item in items:
            if len(pending) >= at_once:
                yield pending.popleft().result()
            pending.append(pool.submit(do, item))
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
