"""Pictures for which there is no room are refused before anything is done for them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from service.settings import Settings
from service.web import keys
from service.web.app import create_app

ORIGIN = "https://example.org"


@pytest.fixture
def full() -> FastAPI:
    """A service with room for one picture, which is taken; its model was never needed."""
    made = Settings(
        queue_limit=1,
        rate_limit="1/day",
        api_keys=(keys.digest("known"),),
        cors_origins=(ORIGIN,),
    )
    app = create_app(made)
    app.state.admission.open()
    return app


def while_full(app: FastAPI, ask: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Do ``ask`` while a picture is under way."""

    async def main() -> None:
        transport = httpx.ASGITransport(app)
        async with app.state.admission.admit(), httpx.AsyncClient(transport=transport) as client:
            await ask(client)

    asyncio.run(main())


@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_a_refusal_is_a_problem_like_any_other(full: FastAPI, path: str) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        headers = {"X-Request-ID": "0123456789abcdef0123456789abcdef", "Origin": ORIGIN}
        answer = await client.post(f"http://test{path}?explain=true", headers=headers)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["x-request-id"] == headers["X-Request-ID"]
        assert answer.json() == {
            "type": "urn:deepfake:problem:overloaded",
            "title": "Overloaded",
            "status": 503,
            "detail": "Too many pictures are being scored; try again in a moment.",
            "code": "overloaded",
            "request_id": headers["X-Request-ID"],
        }

    while_full(full, ask)


def test_it_is_counted_under_its_route_and_its_reason(full: FastAPI) -> None:
    def counted() -> tuple[float, float]:
        labels = {"method": "POST", "route": "/predict/batch", "status": "503"}
        requests = REGISTRY.get_sample_value("deepfake_requests_total", labels) or 0
        code = {"code": "overloaded"}
        return requests, REGISTRY.get_sample_value("deepfake_refusals_total", code) or 0

    async def ask(client: httpx.AsyncClient) -> None:
        await client.post("http://test/predict/batch")

    before = counted()
    while_full(full, ask)
    assert counted() == (before[0] + 1, before[1] + 1)


def test_it_is_answered_without_a_look_at_body_key_or_quota(full: FastAPI) -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("the body was asked for")
        yield b""

    async def ask(client: httpx.AsyncClient) -> None:
        for _ in range(2):
            answer = await client.post("http://test/predict", content=body())
            assert answer.status_code == 503
            assert "ratelimit" not in answer.headers

    while_full(full, ask)


def test_who_comes_before_the_model_or_after_the_end_is_told_so(full: FastAPI) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        full.state.admission.drain()
        answer = await client.post("http://test/predict")
        assert (answer.status_code, answer.json()["code"]) == (503, "draining")
        assert answer.headers["connection"] == "close"

    while_full(full, ask)

    async def early() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(Settings()))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.post("http://test/predict")

    assert asyncio.run(early()).json()["code"] == "model_not_ready"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/predict", 405),
        ("POST", "/predictions", 404),
        ("OPTIONS", "/predict", 405),
        ("POST", "/v2/models/deepfake/infer", 401),
    ],
)
def test_all_else_goes_on_to_its_route(full: FastAPI, method: str, path: str, status: int) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        assert (await client.request(method, f"http://test{path}")).status_code == status

    while_full(full, ask)


def test_with_room_a_request_goes_on_to_its_route(full: FastAPI) -> None:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(full)) as client:
            return await client.post("http://test/predict")

    assert asyncio.run(ask()).json()["code"] == "unauthorized"
