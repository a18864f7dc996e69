"""Every answer says that nobody may keep it, and what a browser may do with it."""

import httpx
import pytest

PATHS = ["/", "/docs", "/openapi.json", "/model", "/healthz", "/metrics", "/nowhere", "/predict"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_safe(path: str, server: str) -> None:
    headers = httpx.get(f"{server}{path}").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_an_answer_to_a_picture_is_not_kept(server: str, face: bytes) -> None:
    answer = httpx.post(f"{server}/predict", files={"file": face})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_runs_no_script_that_stands_in_it_and_stands_in_no_frame(
    path: str, server: str
) -> None:
    page = httpx.get(f"{server}{path}")
    policy = dict(
        part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert "onclick" not in page.text


def test_the_pages_own_files_may_be_kept(server: str) -> None:
    headers = httpx.get(f"{server}/static/style.css").headers
    assert "no-store" not in headers.get("cache-control", "")
    assert headers["x-content-type-options"] == "nosniff"


def test_no_answer_sets_a_cookie(server: str, face: bytes) -> None:
    """So that no other page can ask in somebody's name."""
    answers = [httpx.get(f"{server}{path}") for path in PATHS]
    answers.append(httpx.post(f"{server}/", files={"file": face}))
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_other_pages_may_not_ask_unless_they_are_named(server: str) -> None:
    preflight = httpx.options(
        f"{server}/predict",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
    )
    assert "access-control-allow-origin" not in preflight.headers
