"""A start that fails says why in one line."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class OneLineStartupError:
    """Cuts the traceback that a failed start sends to the server down to its last line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the message of a failed start."""

        async def send_short(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                last = message["message"].strip().splitlines()[-1]
                message = {**message, "message": last.removeprefix("service.errors.")}
            await send(message)

        await self._app(scope, receive, send_short)
