"""One request that was let in, and how long it may take."""

import asyncio
import time
from dataclasses import dataclass

from service.web.refusals import BodyTooSlow, Overloaded

PIECE = 64 * 1024  # bytes; less is no progress, however often some of it comes


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: ``upload`` for a body in all, and in it ``stall`` for each 64 KiB, or for what
    is left of it; then ``work`` for the answer."""

    upload: float
    stall: float
    work: float


class Visit:
    """Its ``timeout`` is put off while the body comes as fast as that, and once it has come."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._ends = time.monotonic() + patience.upload
        self._lacking = PIECE
        self._received = False
        self.timeout = asyncio.timeout(min(patience.stall, patience.upload))

    def came(self, count: int) -> None:
        """``count`` more bytes of the body are here."""
        self._lacking -= count
        if self._lacking <= 0:
            self._lacking = self._lacking % PIECE or PIECE
            self._give(min(self._patience.stall, self._ends - time.monotonic()))

    def received(self) -> None:
        """All of the body is here."""
        self._received = True
        self._give(self._patience.work)

    def hurry(self) -> None:
        """Give what is left of the body no more time than one piece of it."""
        self._ends = min(self._ends, time.monotonic() + self._patience.stall)

    def late(self) -> Overloaded | BodyTooSlow:
        """What to answer when its time is over."""
        it = self._patience
        if self._received:
            late = f"The picture could not be scored within {it.work:g} seconds."
            return Overloaded(f"{late} Try again in a moment.")
        return BodyTooSlow(
            f"The body came too slowly: send 64 KiB of it within {it.stall:g} seconds each, "
            f"and all of it within {it.upload:g} seconds."
        )

    def _give(self, seconds: float) -> None:
        self.timeout.reschedule(asyncio.get_running_loop().time() + seconds)
