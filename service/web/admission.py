"""Whether pictures are taken at all, how many may be under way at a time, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.web.refusals import BodyTooSlow, Draining, ModelNotReady, Overloaded, Unavailable


class Visit:
    """One request that was let in; ``received`` once its body is read."""

    received = False


class Admission:
    """Lets ``limit`` requests in at a time, each for ``seconds``; refuses all others at once.

    What is refused costs next to nothing, so that a service with too much to do still does as
    much as it can, and those who wait know that they do. Nobody is let in before ``open`` and
    after ``drain``.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._closed: Unavailable | None = ModelNotReady("The model is still being loaded.")
        self.in_flight = 0

    def open(self) -> None:
        """Begin to let requests in, unless the service is about to end."""
        if isinstance(self._closed, ModelNotReady):
            self._closed = None

    def drain(self) -> None:
        """Let no more in; what is under way goes on."""
        self._closed = Draining("The service is about to end; try again in a moment.")

    def check(self) -> None:
        """Raise what keeps requests out, other than their number.

        Raises:
            ModelNotReady: it is too early.
            Draining: it is too late.
        """
        if self._closed is not None:
            raise self._closed

    def check_room(self) -> None:
        """Raise what keeps one more request out.

        Raises:
            ModelNotReady, Draining: nobody is let in.
            Overloaded: too many are under way.
        """
        self.check()
        if self.in_flight >= self._limit:
            raise Overloaded("Too many pictures are being scored; try again in a moment.")

    @asynccontextmanager
    async def admit(self) -> AsyncIterator[Visit]:
        """Do the body of the ``async with``, which is cancelled when its time is over.

        Raises:
            ModelNotReady, Draining: nobody is let in.
            Overloaded: too many are under way, or the time was not enough.
            BodyTooSlow: it was over before the body had come.
        """
        self.check_room()
        self.in_flight += 1
        visit = Visit()
        try:
            async with asyncio.timeout(self._seconds):
                yield visit
        except TimeoutError as error:
            raise self._late(visit) from error
        finally:
            self.in_flight -= 1

    def _late(self, visit: Visit) -> Overloaded | BodyTooSlow:
        if not visit.received:
            return BodyTooSlow(f"The body did not arrive within {self._seconds:g} seconds.")
        late = f"The picture could not be scored within {self._seconds:g} seconds."
        return Overloaded(f"{late} Try again in a moment.")
