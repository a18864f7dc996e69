"""A server of the tests' own, for answers that the real one gives only by chance.

It answers each connection with the next of what it was told, and the last for ever after.
"""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import free_port

CUT_OFF = b""  # the connection is closed without an answer


class Scripted(socketserver.ThreadingTCPServer):
    """Keeps the requests that came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answers: list[bytes]) -> None:
        super().__init__(("127.0.0.1", free_port()), _Handler)
        self.answers = answers
        self.requests: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next(self) -> bytes:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(socketserver.StreamRequestHandler):
    server: Scripted

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n") and (line := self.rfile.readline()):
            head += line
        self.server.requests.append(head + self.rfile.read(_length(head)))
        self.wfile.write(self.server.next())


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def answer(status: str, body: str, *headers: str) -> bytes:
    """An HTTP answer that ends its connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close"]
    return ("\r\n".join([*lines, *headers]) + f"\r\n\r\n{body}").encode()


@contextmanager
def scripted(*answers: bytes) -> Iterator[Scripted]:
    """It runs, and ends."""
    with Scripted(list(answers)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
