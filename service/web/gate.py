"""Refuses pictures that there is no room for, before anything is done for them."""

from collections.abc import Iterable

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from service.web import problems
from service.web.admission import Admission
from service.web.refusals import Unavailable


class Gate:
    """ASGI middleware before ``routes``, which are those that admission is asked for.

    Of four pictures that come where there is room for one, three are refused: what that takes is
    taken from the one, and most of it would be the way to the route.
    """

    def __init__(self, app: ASGIApp, admission: Admission, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._admission = admission
        self._routes = {route.path: route for route in routes if isinstance(route, APIRoute)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it at once."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._routes:
            try:
                self._admission.check_room()
            except Unavailable as error:
                scope["route"] = self._routes[scope["path"]]
                await problems.answer(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)
