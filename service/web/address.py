"""Whether the service can listen where it is told to; asked before a model is loaded."""

import socket

from service.errors import SettingsError


def require_free(host: str, port: int) -> None:
    """Listen there for a moment, on all addresses that ``host`` stands for.

    Raises:
        SettingsError: that cannot be done, such as where another program listens.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, _, _, place in places:
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
    except OSError as error:
        raise SettingsError(
            f"nothing can listen on {host}, port {port}: {error.strerror}"
        ) from error
