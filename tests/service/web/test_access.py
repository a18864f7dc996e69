"""Keys and quotas at a real server: who is let in, who is not, and what both are told."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from service.web import keys
from tests.conftest import running_server

pytestmark = pytest.mark.usefixtures("toy_served")

OLD, NEW = keys.new_key(), keys.new_key()


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """Two keys, each good for five requests; one page elsewhere may ask."""
    with running_server(
        DEEPFAKE_API_KEYS=f"{keys.digest(OLD)},{keys.digest(NEW)}",
        DEEPFAKE_RATE_LIMIT="5/day",
        DEEPFAKE_CORS_ORIGINS="https://example.org",
    ) as url:
        yield url


def ask(url: str, face: bytes, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/predict", files={"file": face}, headers=headers, timeout=60)


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/v2/models/deepfake/infer"])
def test_without_a_key_nothing_is_scored(path: str, guarded: str, face: bytes) -> None:
    answer = httpx.post(f"{guarded}{path}", files={"file": face})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer df_wrong"},
        {"Authorization": f"Basic {OLD}"},
        {"Authorization": f"Bearer {keys.digest(OLD)}"},
        {"X-API-Key": OLD[:-1]},
        {"X-API-Key": ""},
        {"Cookie": f"X-API-Key={OLD}"},
    ],
)
def test_another_key_is_as_good_as_none(headers: dict[str, str], guarded: str, face: bytes) -> None:
    assert ask(guarded, face, **headers).status_code == 401


def test_the_refusal_does_not_wait_for_the_picture(guarded: str) -> None:
    """A body that is announced and never comes."""
    parts = urlsplit(guarded)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=10) as client:
        client.sendall(
            b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 401")


def test_each_key_is_let_in_either_way_as_often_as_it_may(guarded: str, face: bytes) -> None:
    left = []
    for headers in [{"Authorization": f"Bearer {OLD}"}, {"X-API-Key": OLD}]:
        answer = ask(guarded, face, **headers)
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == '"requests";q=5;w=86400'
        left.append(answer.headers["ratelimit"].split(";")[1])
    assert left == ["r=4", "r=3"]


def test_beyond_its_quota_a_key_is_refused_and_the_other_is_not(guarded: str, face: bytes) -> None:
    answers = [ask(guarded, face, **{"X-API-Key": NEW}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    refusal = answers[-1]
    assert refusal.json()["code"] == "rate_limited"
    assert int(refusal.headers["retry-after"]) > 0
    assert refusal.headers["ratelimit"].startswith('"requests";r=0;')
    assert ask(guarded, face, **{"X-API-Key": OLD}).status_code == 200


def test_what_scores_nothing_needs_no_key(guarded: str) -> None:
    for path in ("/healthz", "/readyz", "/model", "/v2", "/", "/docs", "/openapi.json"):
        assert httpx.get(f"{guarded}{path}").status_code == 200


def test_the_page_says_in_words_that_a_key_is_missing(guarded: str, face: bytes) -> None:
    answer = httpx.post(f"{guarded}/", files={"file": face})
    assert answer.status_code == 401
    assert "Send an API key" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_keys_are_documented(guarded: str) -> None:
    document = httpx.get(f"{guarded}/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    assert {scheme["type"] for scheme in schemes.values()} == {"http", "apiKey"}
    named = {name for entry in document["paths"]["/predict"]["post"]["security"] for name in entry}
    assert named == set(schemes)


def test_a_page_that_is_named_may_ask_and_another_may_not(guarded: str) -> None:
    def preflight(origin: str) -> tuple[int, str | None]:
        answer = httpx.options(
            f"{guarded}/predict",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-api-key",
            },
        )
        return answer.status_code, answer.headers.get("access-control-allow-origin")

    assert preflight("https://example.org") == (200, "https://example.org")
    assert preflight("https://example.com") == (400, None)


@pytest.mark.parametrize(("trusted", "counted"), [("127.0.0.1", [200, 200]), ("", [200, 429])])
def test_a_forwarded_address_counts_only_if_its_proxy_is_trusted(
    trusted: str, counted: list[int], face: bytes
) -> None:
    with running_server(DEEPFAKE_RATE_LIMIT="1/day", DEEPFAKE_TRUSTED_PROXIES=trusted) as url:
        statuses = [
            ask(url, face, **{"X-Forwarded-For": address}).status_code
            for address in ("192.0.2.1", "192.0.2.2")
        ]
    assert statuses == counted
