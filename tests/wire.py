"""HTTP as it goes over the wire, for what a client library would not send."""

import socket

import httpx


def written(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request of HTTP/1.1, after whose answer the connection is closed."""
    given = {"Host": "test", "Connection": "close", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def said(server: str, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """What is answered to these bytes until the server hangs up: status, headers, body.

    The headers go by their names in lower case.
    """
    url = httpx.URL(server)
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(status.split()[1]), {name.lower(): headers[name] for name in headers}, body
