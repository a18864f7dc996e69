"""Whether pictures are taken at all, and how many may be under way at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.web.refusals import Draining, ModelNotReady, Overloaded, Unavailable
from service.web.visit import Patience, Visit


class Admission:
    """Lets ``limit`` requests in at a time, with ``patience``; refuses all others at once.

    What is refused costs next to nothing, so that a service with too much to do still does as
    much as it can, and those who wait know that they do. Nobody is let in before ``open`` and
    after ``drain``.
    """

    def __init__(self, limit: int, patience: Patience) -> None:
        self._limit = limit
        self._patience = patience
        self._closed: Unavailable | None = ModelNotReady("The model is still being loaded.")
        self._visits: set[Visit] = set()

    @property
    def in_flight(self) -> int:
        """How many requests are under way."""
        return len(self._visits)

    def open(self) -> None:
        """Begin to let requests in, unless the service is about to end."""
        if isinstance(self._closed, ModelNotReady):
            self._closed = None

    def drain(self) -> None:
        """Let no more in; what is under way goes on, and soon ends."""
        self._closed = Draining("The service is about to end; try again in a moment.")
        for visit in self._visits:
            visit.hurry()

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
        visit = Visit(self._patience)
        self._visits.add(visit)
        try:
            async with visit.timeout:
                yield visit
        except TimeoutError as error:
            raise visit.late() from error
        finally:
            self._visits.discard(visit)
