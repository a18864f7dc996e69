"""A reverse proxy as services stand behind: TLS, a prefix that it takes off, and nothing told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import trustme
import uvicorn
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.conftest import free_port

PREFIX = "/detector"
HOP_BY_HOP = {"connection", "host", "transfer-encoding"}


def forwarding(server: str) -> ASGIApp:
    """What answers under ``PREFIX/`` what ``server`` answers without."""

    async def forward(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = scope["raw_path"].decode()
        if path == PREFIX:
            answer: Response = RedirectResponse(PREFIX + "/")
        elif path.startswith(PREFIX + "/"):
            answer = await _ask(request, server + path.removeprefix(PREFIX))
        else:
            answer = Response("another service", 404)
        await answer(scope, receive, send)

    return forward


async def _ask(request: Request, url: str) -> Response:
    headers = [it for it in request.headers.raw if it[0].decode().lower() not in HOP_BY_HOP]
    query = f"?{request.url.query}" if request.url.query else ""
    async with httpx.AsyncClient(timeout=60) as client:
        body = await request.body()
        answer = await client.request(request.method, url + query, headers=headers, content=body)
    response = Response(answer.content, answer.status_code)
    response.raw_headers = answer.headers.raw
    return response


@contextmanager
def tls_proxy(server: str, folder: Path) -> Iterator[str]:
    """Its address, ``https://…/detector``; ``folder`` takes its certificate."""
    certificate, port = folder / "proxy.pem", free_port()
    issued = trustme.CA().issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    proxy = uvicorn.Server(
        uvicorn.Config(
            forwarding(server),
            port=port,
            lifespan="off",
            log_config=None,
            ssl_certfile=certificate,
            ssl_keyfile=str(certificate),
        )
    )
    thread = threading.Thread(target=proxy.run)
    thread.start()
    try:
        while not proxy.started:
            time.sleep(0.01)
        yield f"https://127.0.0.1:{port}{PREFIX}"
    finally:
        proxy.should_exit = True
        thread.join(30)
