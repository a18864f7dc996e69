"""The log: JSON lines on stdout, one for each request, which never say by whom."""

import logging
import sys
import time

from asgi_correlation_id import correlation_id
from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import metrics

LOGGER = logging.getLogger("service.requests")


def log_to_stdout() -> None:
    """Write what the service has to say to stdout, and nowhere else."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{", timestamp="time"))
    root = logging.getLogger("service")
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False


class RequestLog:
    """ASGI middleware: counts, times and logs each request by its route, not by its address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and watch how it ends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with metrics.IN_FLIGHT.track_inprogress():
            try:
                await self._app(scope, receive, watched)
            finally:
                _record(scope, status, time.perf_counter() - began)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "other")
    metrics.REQUESTS.labels(scope["method"], route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    line = {
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "request_id": correlation_id.get() or "",
    }
    LOGGER.info("request", extra=line)
