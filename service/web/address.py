"""Where the service listens, and whether it can; asked before a model is loaded for seconds."""

import asyncio
import os

from service.errors import SettingsError


def for_asyncio(host: str) -> str:
    """asyncio keeps ``::`` to IPv6; without a host it takes every address of both kinds."""
    return "" if host == "::" else host


def require_free(host: str, port: int) -> None:
    """Listen there for a moment, as the service will.

    Raises:
        SettingsError: that cannot be done, such as where another program listens.
    """
    try:
        asyncio.run(_listen(for_asyncio(host), port))
    except OSError as error:
        number = error.errno or 0
        # asyncio's own words name the address once more; of a name, there is no number above 0.
        reason = os.strerror(number) if number > 0 else error.strerror or error
        raise SettingsError(f"nothing can listen on {host}, port {port}: {reason}") from error


async def _listen(host: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
    server.close()
    await server.wait_closed()
