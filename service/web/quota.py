"""How often one caller may ask, told in the headers that clients know.

``RateLimit`` and ``RateLimit-Policy`` are those of draft-ietf-httpapi-ratelimit-headers.
"""

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from service.web.refusals import RateLimited


class Quota:
    """``rate`` such as ``60/minute`` for each caller, in a window that slides."""

    def __init__(self, rate: str) -> None:
        """Begin to count.

        Raises:
            ValueError: ``rate`` is not a rate.
        """
        self._item = parse(rate)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def take(self, caller: str) -> dict[str, str]:
        """Count one request of ``caller``; returns headers that say how many are left.

        Raises:
            RateLimited: none was; its headers say when to come back.
        """
        allowed = self._limiter.hit(self._item, caller)
        reset, remaining = self._limiter.get_window_stats(self._item, caller)
        wait = max(1, math.ceil(reset - time.time()))
        headers = {
            "RateLimit-Policy": f'"requests";q={self._item.amount};w={self._item.get_expiry()}',
            "RateLimit": f'"requests";r={remaining};t={wait}',
        }
        if not allowed:
            raise RateLimited(f"At most {self._item}; try again in {wait} s.", headers, wait)
        return headers
