"""Asks the service that runs beside it whether it can be given work: what health checks need.

Its address is read here and not by ``service.settings``, which takes ten times as long to import.
"""

import os
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address

SECONDS = 2.0  # less than a health check has


def check() -> str | None:
    """Why it cannot be given work, in one line; None if it can."""
    try:
        host, port = address()
        # Unlike urllib it asks no proxy, whatever is set.
        with closing(HTTPConnection(host, port, timeout=SECONDS)) as connection:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
    except (OSError, ValueError, HTTPException) as error:
        return f"error: the service does not answer: {error}"
    return None if answer.status == 200 else f"error: not ready: {answer.status} {answer.reason}"


def address() -> tuple[str, int]:
    """Host and port under which this machine reaches what the settings let listen."""
    host = os.getenv("DEEPFAKE_HOST", "").strip().strip("[]") or "127.0.0.1"
    port = int(os.getenv("DEEPFAKE_PORT", "").strip() or 8000)
    return ("127.0.0.1" if _is_any(host) else host), port


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:  # a name
        return False
