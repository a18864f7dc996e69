"""How a client is connected: the same for both of them."""

from typing import TypedDict

import httpx

TIMEOUT = 30.0  # three times as long as the service gives itself for a picture
PATIENCE = 60.0
CONCURRENCY = 8


class Connection(TypedDict):
    """What httpx's clients are made with."""

    base_url: httpx.URL
    headers: dict[str, str]
    timeout: httpx.Timeout
    limits: httpx.Limits


def connection(url: str, key: str | None, timeout: float) -> Connection:
    """To the service at ``url``, which may have a path; ``timeout`` in seconds.

    Raises:
        ValueError: ``url`` is no address of a web server, or ``key`` can be none.
    """
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{url}: {error}") from error
    if base.scheme not in ("http", "https") or not base.host:
        raise ValueError(f"{url}: name an address such as https://detector.example.org")
    key = key and key.strip()  # a line's end, where it was read from a file
    if key and not (key.isascii() and key.isprintable()):
        raise ValueError("a key is printable ASCII")
    return {
        "base_url": base,
        "headers": {"Authorization": f"Bearer {key}"} if key else {},
        "timeout": httpx.Timeout(timeout, pool=None),
        "limits": httpx.Limits(max_connections=None),
    }
