"""uvicorn, told when to end: without a model, or with nothing left to do."""

import logging
from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.settings import Settings
from service.web.address import for_asyncio

# A client that offers HTTP/2 with each request, as Java's does, would have two warnings for each.
_UPGRADE_IGNORED = ("Unsupported upgrade request", "No supported WebSocket library")


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_UPGRADE_IGNORED)


class Server(uvicorn.Server):
    """Once asked to end, refuses new pictures and listens on until no picture is under way.

    Meanwhile ``/readyz`` is 503, so that a load balancer sends its requests elsewhere, and who
    comes nevertheless is told so. An upload is then given
    ``stall_seconds`` more, and its picture ``deadline_seconds``.
    ``failure`` is what kept the model from being loaded, which ends the server too.
    """

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                for_asyncio(settings.host),
                settings.port,
                http="h11",  # httptools loses the body of a request that offers another protocol
                ws="none",
                access_log=False,
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
            )
        )
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        self._state = app.state
        self.failure: BaseException | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM and SIGINT; a second SIGINT ends at once."""
        self._state.admission.drain()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to close now."""
        if self._state.opening.done():
            self.failure = self._state.opening.exception()
        ending = await super().on_tick(counter) or self.failure is not None
        return ending and (self.force_exit or self._state.admission.in_flight == 0)
