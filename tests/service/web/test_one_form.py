"""HEAD is answered as GET without a body; a whole address is as good as a path."""

import asyncio

import httpx
import pytest
from prometheus_client import REGISTRY
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.settings import Settings
from service.web.app import create_app
from tests.wire import said, written

GETS = [
    *("/", "/docs", "/openapi.json", "/model", "/healthz", "/readyz", "/metrics"),
    *("/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/deepfake"),
    *("/v2/models/deepfake/ready", "/static/style.css", "/static-offline-docs/swagger-ui.css"),
]
OWN = {"x-request-id", "date", "connection"}  # of each answer


def without_own(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OWN}


@pytest.mark.parametrize("path", [*GETS, "/v2/models/another", "/static/nothing.css", "/nowhere"])
def test_head_has_the_status_and_the_headers_of_get(path: str, server: str) -> None:
    status, headers, body = said(server, written("GET", path, {}))
    assert body
    head_status, head_headers, head_body = said(server, written("HEAD", path, {}))
    assert (head_status, head_body) == (status, b"")
    expected, found = without_own(headers), without_own(head_headers)
    if path == "/metrics":  # the second has more to tell, some numbers in a digit less
        lengths = [int(headers.pop("content-length")) for headers in (found, expected)]
        assert lengths[0] > 0.99 * lengths[1]
    assert found == expected


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/v2/models/deepfake/infer"])
def test_head_is_no_way_to_a_route_that_only_takes(path: str, server: str) -> None:
    status, headers, body = said(server, written("HEAD", path, {}))
    assert (status, headers["allow"], body) == (405, "POST", b"")


def test_every_get_route_is_asked_above(server: str) -> None:
    documented = httpx.get(f"{server}/openapi.json").json()["paths"]
    gets = {path for path, operations in documented.items() if "get" in operations}
    asked = {path.replace("deepfake", "{name}") for path in GETS}
    assert {path for path in gets if "{version}" not in path} <= asked
    assert not any("head" in operations for operations in documented.values())


def test_a_connection_goes_on_after_head(server: str) -> None:
    """Where a body slipped through, it would be read as the next answer."""
    kept = written("HEAD", "/model", {"Connection": "keep-alive"})
    _, _, rest = said(server, kept + written("GET", "/healthz", {}))
    assert rest.startswith(b"HTTP/1.1 200")
    assert rest.endswith(b'{"status":"ok"}')


def ask(app: ASGIApp, method: str, path: str) -> httpx.Response:
    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path)

    return asyncio.run(main())


def test_it_is_counted_as_what_it_is() -> None:
    def counted(method: str) -> float:
        labels = {"method": method, "route": "/healthz", "status": "200"}
        return REGISTRY.get_sample_value("deepfake_requests_total", labels) or 0

    before = counted("HEAD"), counted("GET")
    assert ask(create_app(Settings()), "HEAD", "/healthz").status_code == 200
    assert (counted("HEAD"), counted("GET")) == (before[0] + 1, before[1])


def test_an_error_that_nobody_foresaw_has_no_body_either() -> None:
    app = create_app(Settings())

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("unforeseen")

    methods: list[str] = []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            methods.append(scope["method"])
            await send(message)

        await app(scope, receive, sent)

    assert ask(watched, "HEAD", "/broken").status_code == 500
    assert set(methods) == {"HEAD"}, "by it a server knows that it may send no body"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://test/healthz", "/healthz"),
        ("HTTPS://test:8443/v2/health/live?x=/nowhere", "/v2/health/live"),
        ("http://test", "/"),
        ("http://user@[::1]:8000/model", "/model"),
    ],
)
def test_a_whole_address_is_as_good_as_a_path(target: str, path: str, server: str) -> None:
    """As a client sends it that takes the service for a proxy; RFC 9112 asks for it."""
    assert said(server, written("GET", target, {}))[::2] == (
        200,
        said(server, written("GET", path, {}))[2],
    )


def test_only_a_whole_address_is_cut(server: str) -> None:
    for target in ("/http://test/healthz", "ftp://test/healthz", "/x/http://test/healthz"):
        assert said(server, written("GET", target, {}))[0] == 404
