"""How much memory there is to decode large pictures in, and who may have how much of it.

A picture of 50 megapixels takes most of a gigabyte while it is decoded. Several at once, in a
container that has little, would end the process; so they wait for one another. Small pictures,
which are most, are not counted, and do not wait behind large ones.
"""

import asyncio
import ctypes
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from service.errors import ImageTooLarge
from service.model import groups

USED = 0.8  # of what there is; the rest is for what nobody counts
SMALL = 64 << 20  # bytes; what takes no more is not counted
STATUS = Path("/proc/self/status")
# The C library keeps what is freed, as much as the largest pictures took; glibc's can be told to
# let the machine have it. That costs some milliseconds, so a part of the memory may be kept.
_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)
KEPT = 0.25
LIMITS = ("memory.max", "memory.limit_in_bytes")  # of a group, in version 2 and 1


class MustWait(Exception):
    """The memory that a picture takes is not free; ``need`` is how many bytes that is."""

    def __init__(self, need: int) -> None:
        super().__init__(need)
        self.need = need


def spare(root: Path = groups.ROOT, own: Path = groups.OWN, status: Path = STATUS) -> int:
    """Bytes that this process may still take: of its groups' least limit, or of the machine's."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [
        it for group in groups.groups_of("memory", root=root, own=own) for it in _limits(group)
    ]
    return max(0, int(USED * min([machine, *limits])) - _held(status))


def _limits(group: Path) -> Iterator[int]:
    for name in LIMITS:
        with suppress(OSError, ValueError):  # there is no such group, or "max"
            yield int((group / name).read_text())


def _held(status: Path) -> int:
    """What cannot be taken from this process: not its files, which can be read again."""
    with suppress(OSError):
        for line in status.read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


@dataclass(eq=False, slots=True)
class _Turn:
    """Of one who waits for ``need`` bytes."""

    need: int
    future: Future[None] = field(default_factory=Future)
    granted: bool = False


class Memory:
    """``capacity`` bytes; taken and given back from any thread, and granted in turn."""

    def __init__(self, capacity: int) -> None:
        self.capacity = max(capacity, SMALL)
        self._free = self.capacity
        self._freed = 0  # since the C library was last told
        self._waiting: deque[_Turn] = deque()
        self._lock = Lock()

    def take(self, need: int) -> bool:
        """Whether so many bytes are free, and taken now; nobody who waits is passed by."""
        with self._lock:
            free = not self._waiting and need <= self._free
            self._free -= need * free
            return free

    async def wait_for(self, need: int) -> None:
        """Take so many bytes once they are free, and those who asked before have theirs."""
        turn = _Turn(need)
        with self._lock:
            self._waiting.append(turn)
            self._grant()
        try:
            await asyncio.wrap_future(turn.future)
        except asyncio.CancelledError:
            self._leave(turn)
            raise

    def give(self, held: int) -> None:
        """Let others have so many bytes."""
        self._let_go(held)
        with self._lock:
            self._free += held
            self._grant()

    def _let_go(self, freed: int) -> None:
        self._freed += freed
        if _TRIM is not None and self._freed > KEPT * self.capacity:
            self._freed = 0
            _TRIM(0)

    def _leave(self, turn: _Turn) -> None:
        with self._lock:
            if turn.granted:
                self._free += turn.need
            elif turn in self._waiting:
                self._waiting.remove(turn)
            self._grant()

    def _grant(self) -> None:
        while self._waiting and self._waiting[0].need <= self._free:
            turn = self._waiting.popleft()
            if turn.future.set_running_or_notify_cancel():
                self._free -= turn.need
                turn.granted = True
                turn.future.set_result(None)


class Share:
    """What one picture has of a ``Memory``."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._held = 0

    async def wait_for(self, need: int) -> None:
        """Have ``need`` bytes, once it is its turn."""
        await self._memory.wait_for(need)
        self._held = need

    def claim(self, need: int) -> None:
        """Have ``need`` bytes, from now on; of no more than ``SMALL`` nobody keeps account.

        Raises:
            ImageTooLarge: there are never so many.
            MustWait: others have them.
        """
        if need > self._memory.capacity:
            raise ImageTooLarge(
                f"The picture takes {need >> 20:,} MiB of memory to be decoded; "
                f"there are {self._memory.capacity >> 20:,}."
            )
        if need <= max(SMALL, self._held):
            return
        if not self._memory.take(need - self._held):
            raise MustWait(need)
        self._held = need

    def give_back(self, _: object = None) -> None:
        """Whatever it has."""
        if self._held:
            self._memory.give(self._held)
            self._held = 0
