"""What a page of another origin may ask, and may read of the answer."""

import asyncio

import httpx
import pytest

from service.settings import Settings
from service.web import keys
from service.web.app import create_app

ORIGIN = "https://example.org"
ASKED = "authorization,content-type,inference-header-content-length,x-api-key,x-request-id"
TOLD = {
    *("retry-after", "ratelimit", "ratelimit-policy", "x-request-id"),
    "inference-header-content-length",
}
PATHS = ["/predict", "/predict/batch", "/v2/models/deepfake/infer", "/model", "/"]


def ask(
    method: str, path: str, origins: tuple[str, ...] = (ORIGIN,), **headers: str
) -> httpx.Response:
    settings = Settings(cors_origins=origins, api_keys=(keys.digest("known"),), rate_limit="9/day")
    app = create_app(settings)
    app.state.admission.open()

    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=sent)

    return asyncio.run(main())


def preflight(path: str, method: str, origin: str = ORIGIN, asked: str = ASKED) -> httpx.Response:
    return ask(
        "OPTIONS",
        path,
        Origin=origin,
        Access_Control_Request_Method=method,
        Access_Control_Request_Headers=asked,
    )


def listed(answer: httpx.Response, name: str) -> set[str]:
    return {word.strip().lower() for word in answer.headers[name].split(",")}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_named_page_may_ask_with_every_header_that_the_api_knows(path: str, method: str) -> None:
    answer = preflight(path, method)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert listed(answer, "access-control-allow-methods") == {"get", "head", "post"}
    assert listed(answer, "access-control-allow-headers") >= set(ASKED.split(","))
    assert "access-control-allow-credentials" not in answer.headers


def test_it_may_ask_for_what_lies_in_a_private_network() -> None:
    """Some versions of Chromium ask for that with the rest, and take no for no to all of it."""
    answer = ask(
        "OPTIONS",
        "/predict",
        Origin=ORIGIN,
        Access_Control_Request_Method="POST",
        Access_Control_Request_Private_Network="true",
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_no_page_may_ask_by_a_method_that_there_is_not(method: str) -> None:
    assert preflight("/predict", method).status_code == 400


@pytest.mark.parametrize("origin", ["https://example.com", "http://example.org", "null"])
def test_another_page_may_not_ask(origin: str) -> None:
    refused = preflight("/predict", "POST", origin)
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers
    answer = ask("GET", "/healthz", Origin=origin)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/predict", 415), ("POST", "/", 415), ("GET", "/healthz", 200), ("GET", "/x", 404)],
)
def test_it_may_read_what_the_answer_says_beside_its_body(
    method: str, path: str, status: int
) -> None:
    answer = ask(method, path, Origin=ORIGIN, X_API_Key="known")
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert listed(answer, "access-control-expose-headers") == TOLD


def test_so_it_may_of_a_refusal() -> None:
    answer = ask("POST", "/predict", Origin=ORIGIN)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, ORIGIN)


def test_where_no_page_is_named_there_is_no_preflight() -> None:
    headers = {"Origin": ORIGIN, "Access_Control_Request_Method": "POST"}
    answer = ask("OPTIONS", "/predict", origins=(), **headers)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers
