"""Requests that HTTP lets a client put in two forms, brought into the one that the routes know."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ABSOLUTE = re.compile(r"\Ahttps?://[^/]*", re.IGNORECASE)


class OneForm:
    """ASGI middleware: ``GET http://host/path`` is ``GET /path``, HEAD is GET without a body.

    RFC 9112 3.2.2 and RFC 9110 9.3.2.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on in that form."""
        if scope["type"] == "http":
            scope["path"] = ABSOLUTE.sub("", scope["path"]) or "/"
            if scope["method"] == "HEAD":
                await self._as_get(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _as_get(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until it is answered: by the method the server knows that no body is to be sent."""

        async def answer(message: Message) -> None:
            scope["method"] = "HEAD"
            await send(message)

        scope["method"] = "GET"
        try:
            await self._app(scope, receive, answer)
        finally:
            scope["method"] = "HEAD"
