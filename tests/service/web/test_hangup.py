"""A client that goes takes its work with it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import Request

from service.web.hangup import unless_gone
from service.web.refusals import ClientGone


def request(*messages: dict[str, Any], after: float = 0.0) -> Request:
    """One whose server sends these messages, then nothing more."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(after)
        if waiting:
            return waiting.pop(0)
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    return Request({"type": "http"}, receive)


GONE = {"type": "http.disconnect"}
REST = {"type": "http.request", "body": b"", "more_body": False}


async def work(seconds: float, done: Callable[[], object]) -> str:
    await asyncio.sleep(seconds)
    done()
    return "answer"


@pytest.mark.parametrize("messages", [(), (REST,), (REST, REST)])
def test_work_is_done_while_the_client_waits(messages: tuple[dict[str, Any], ...]) -> None:
    assert asyncio.run(unless_gone(request(*messages), work(0.01, lambda: None))) == "answer"


@pytest.mark.parametrize("messages", [(GONE,), (REST, GONE)])
def test_work_ends_when_the_client_goes(messages: tuple[dict[str, Any], ...]) -> None:
    done: list[bool] = []

    async def main() -> None:
        with pytest.raises(ClientGone):
            await unless_gone(request(*messages), work(0.05, lambda: done.append(True)))
        await asyncio.sleep(0.1)

    asyncio.run(main())
    assert done == []


def test_what_the_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("another")

    with pytest.raises(ValueError, match="another"):
        asyncio.run(unless_gone(request(), fail()))


def test_work_ends_when_the_request_is_cancelled() -> None:
    done: list[bool] = []

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await unless_gone(request(), work(0.05, lambda: done.append(True)))
        await asyncio.sleep(0.1)

    asyncio.run(main())
    assert done == []


def test_nothing_is_left_running() -> None:
    async def main() -> int:
        await unless_gone(request(), work(0.01, lambda: None))
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
