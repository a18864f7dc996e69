"""One model call for many: whose answer is whose, what fails with whom, and who costs nothing."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any

import numpy as np
import pytest

from service.model.batching import Batcher, Scored


class Model:
    """Scores an image by its first pixel, and remembers how many images each call had."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.calls: list[int] = []
        self.threads: set[int] = set()
        self._seconds = seconds

    def score(self, images: np.ndarray) -> np.ndarray:
        self.calls.append(len(images))
        self.threads.add(threading.get_ident())
        time.sleep(self._seconds)
        if (images == 255).all(axis=(1, 2, 3)).any():
            raise ValueError("an image that no model can bear")
        return images[:, 0, 0, 0].astype(np.float32)


def image(value: int, count: int = 1) -> np.ndarray:
    return np.full((count, 4, 4, 3), value, np.uint8)


def gather(*requests: Coroutine[Any, Any, Scored]) -> list[Scored | BaseException]:
    async def main() -> list[Scored | BaseException]:
        return await asyncio.gather(*requests, return_exceptions=True)

    return asyncio.run(main())


def values(answers: list[Scored | BaseException]) -> list[list[float] | str]:
    return [
        answer.answers.tolist() if isinstance(answer, Scored) else str(answer) for answer in answers
    ]


def test_everyone_gets_their_own_answer() -> None:
    model = Model(0.002)
    batcher = Batcher(model.score, max_batch=8, wait_ms=0)
    answers = gather(*(batcher.score(image(value, 1 + value % 3)) for value in range(100)))
    assert values(answers) == [[value] * (1 + value % 3) for value in range(100)]
    assert sum(model.calls) == sum(1 + value % 3 for value in range(100))


def test_what_arrives_during_a_call_is_scored_together_by_the_next() -> None:
    model = Model(0.05)
    batcher = Batcher(model.score, max_batch=16, wait_ms=0)

    async def main() -> None:
        first = asyncio.create_task(batcher.score(image(1)))
        await asyncio.sleep(0.02)
        await asyncio.gather(first, *(batcher.score(image(value)) for value in range(10)))

    asyncio.run(main())
    assert model.calls == [1, 10]


def test_a_batch_has_at_most_so_many_images() -> None:
    model = Model()
    batcher = Batcher(model.score, max_batch=4, wait_ms=0)
    gather(*(batcher.score(image(value)) for value in range(10)))
    assert model.calls == [4, 4, 2]


def test_a_request_is_never_split() -> None:
    """One with more images than a batch may have is a batch of its own."""
    model = Model()
    batcher = Batcher(model.score, max_batch=4, wait_ms=0)
    answers = gather(*(batcher.score(image(count, count)) for count in (3, 2, 6, 1)))
    assert values(answers) == [[3.0] * 3, [2.0] * 2, [6.0] * 6, [1.0]]
    assert model.calls == [3, 2, 6, 1]


def test_an_idle_batcher_does_not_wait() -> None:
    batcher = Batcher(Model().score, max_batch=16, wait_ms=0)
    (answer,) = gather(batcher.score(image(1)))
    assert isinstance(answer, Scored)
    assert answer.queue_ms < 50


def test_a_wait_gathers_what_arrives_within_it() -> None:
    model = Model()
    batcher = Batcher(model.score, max_batch=16, wait_ms=100)

    async def main() -> None:
        first = asyncio.create_task(batcher.score(image(1)))
        await asyncio.sleep(0.01)
        await asyncio.gather(first, batcher.score(image(2)))

    asyncio.run(main())
    assert model.calls == [2]


def test_a_full_batch_does_not_wait() -> None:
    batcher = Batcher(Model().score, max_batch=2, wait_ms=60_000)
    answers = gather(*(batcher.score(image(value)) for value in range(4)))
    assert values(answers) == [[0.0], [1.0], [2.0], [3.0]]


def test_a_failing_batch_fails_its_members_and_nobody_else() -> None:
    batcher = Batcher(Model(0.01).score, max_batch=2, wait_ms=0)
    answers = gather(*(batcher.score(image(value)) for value in (1, 2, 255, 4, 5, 6)))
    bad = "an image that no model can bear"
    assert values(answers) == [[1.0], [2.0], bad, bad, [5.0], [6.0]]


def test_after_a_failure_it_goes_on() -> None:
    batcher = Batcher(Model().score, max_batch=2, wait_ms=0)

    async def main() -> Scored:
        with pytest.raises(ValueError, match="no model can bear"):
            await batcher.score(image(255))
        return await batcher.score(image(7))

    assert asyncio.run(main()).answers.tolist() == [7.0]


def test_a_caller_that_hangs_up_in_time_costs_no_model_call() -> None:
    model = Model(0.05)
    batcher = Batcher(model.score, max_batch=1, wait_ms=0)

    async def main() -> None:
        first, second, third = (
            asyncio.create_task(batcher.score(image(value))) for value in (1, 2, 3)
        )
        await asyncio.sleep(0.02)
        second.cancel()
        await asyncio.gather(first, third)
        with pytest.raises(asyncio.CancelledError):
            await second

    asyncio.run(main())
    assert model.calls == [1, 1]


def test_a_caller_that_hangs_up_during_the_call_does_not_harm_the_others() -> None:
    batcher = Batcher(Model(0.05).score, max_batch=2, wait_ms=0)

    async def main() -> Scored:
        first, second = (asyncio.create_task(batcher.score(image(value))) for value in (1, 2))
        await asyncio.sleep(0.02)
        first.cancel()
        return await second

    assert asyncio.run(main()).answers.tolist() == [2.0]


def test_the_event_loop_runs_during_a_call() -> None:
    model = Model(0.05)
    batcher = Batcher(model.score, max_batch=2, wait_ms=0)
    gather(batcher.score(image(1)))
    assert threading.get_ident() not in model.threads


def test_waiting_and_working_are_told_apart() -> None:
    batcher = Batcher(Model(0.05).score, max_batch=1, wait_ms=0)
    first, second = gather(batcher.score(image(1)), batcher.score(image(2)))
    assert isinstance(first, Scored)
    assert isinstance(second, Scored)
    assert first.queue_ms < 40 <= second.queue_ms
    assert min(first.model_ms, second.model_ms) >= 50
