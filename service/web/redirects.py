"""Redirects that hold wherever the service stands: behind TLS, under a prefix, by any name."""

from urllib.parse import urlsplit, urlunsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RelativeRedirects:
    """ASGI middleware: what is asked for with a slash too many or too few is told relative to it.

    The framework tells a whole address, made of what it believes to be scheme, host and path.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its answer points elsewhere by a relative address."""

        async def relative(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "location" in headers:
                    headers["location"] = _from(scope["path"], headers["location"])
            await send(message)

        await self._app(scope, receive, relative)


def _from(path: str, location: str) -> str:
    """``location``, which is that of ``path`` but for slashes at its end, as seen from there."""
    parts = urlsplit(location)
    last = parts.path.rstrip("/").rpartition("/")[2]
    slashes = len(path) - len(path.rstrip("/"))
    there = "../" * slashes + last if slashes else f"./{last}/"
    return urlunsplit(("", "", there, parts.query, ""))
