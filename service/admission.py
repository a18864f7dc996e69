"""How many pictures may be under way at a time, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.errors import Overloaded


class Admission:
    """Lets ``limit`` requests in at a time, each for ``seconds``; refuses all others at once.

    What is refused costs next to nothing, so that a service with too much to do still does as
    much as it can, and those who wait know that they do.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self.in_flight = 0

    @asynccontextmanager
    async def admit(self) -> AsyncIterator[None]:
        """Do the body of the ``async with``, which is cancelled when its time is over.

        Raises:
            Overloaded: too many are under way, or the time was not enough.
        """
        if self.in_flight >= self._limit:
            raise Overloaded("Too many pictures are being scored; try again in a moment.")
        self.in_flight += 1
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            late = f"The picture could not be scored within {self._seconds:g} seconds."
            raise Overloaded(f"{late} Try again in a moment.") from error
        finally:
            self.in_flight -= 1
