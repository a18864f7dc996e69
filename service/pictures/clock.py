"""Bytes that can be read for so long: a decoder that asks for them piece by piece comes to an end.

Those of JPEG, PNG, GIF and BMP do; the others take all at once, and what they can cost is bounded
by the number of pixels alone.
"""

import io
import time


class OutOfTime(Exception):
    """The decoder has had its time."""


class Clocked(io.BytesIO):
    """``data``, until the thread has spent ``seconds`` of processor time since.

    A thread that only waits for its turn spends none, so a busy machine refuses no picture.
    """

    def __init__(self, data: bytes, seconds: float) -> None:
        super().__init__(data)
        self._end = time.thread_time() + seconds

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file.

        Raises:
            OutOfTime
        """
        if time.thread_time() > self._end:
            raise OutOfTime
        return super().read(size)
