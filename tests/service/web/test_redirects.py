"""A slash too many or too few leads to the same place, wherever the service stands."""

import asyncio
from urllib.parse import urljoin

import httpx
import pytest

from service.settings import Settings
from service.web.app import create_app

PREFIX = "https://example.org/detector"


def ask(path: str, method: str = "GET") -> httpx.Response:
    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(Settings()))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://inside:8000{path}")

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/docs/", "/docs"),
        ("/model/?a=b&c=%2F", "/model?a=b&c=%2F"),
        ("/v2/", "/v2"),
        ("/v2/models/deepfake/", "/v2/models/deepfake"),
        ("/v2/models/a%20b%3Fc/", "/v2/models/a%20b%3Fc"),
        ("/static", "/static/"),
        ("/static?v=1", "/static/?v=1"),
        ("/predict/", "/predict"),
    ],
)
def test_it_leads_there_behind_a_proxy_under_a_prefix(path: str, there: str) -> None:
    answer = ask(path, "POST" if path.startswith("/predict") else "GET")
    assert answer.status_code == 307
    assert urljoin(PREFIX + path, answer.headers["location"]) == PREFIX + there
    assert urljoin("http://inside:8000" + path, answer.headers["location"]) == (
        "http://inside:8000" + there
    )


@pytest.mark.parametrize("path", ["/docs/", "/static", "/v2/models/deepfake/"])
def test_it_names_neither_scheme_nor_host(path: str) -> None:
    location = ask(path).headers["location"]
    assert location.startswith(("./", "../"))
    assert "inside" not in location


def test_of_several_slashes_each_is_a_step() -> None:
    assert ask("/docs///").headers["location"] == "../../../docs"


@pytest.mark.parametrize("path", ["//evil.example/", "/v2/models/%5C%5Cevil.example/", "/nowhere/"])
def test_it_leads_to_nobody_else(path: str) -> None:
    answer = ask(path)
    if answer.status_code == 307:
        assert urljoin(PREFIX + path, answer.headers["location"]).startswith(PREFIX)
    else:
        assert answer.status_code == 404
