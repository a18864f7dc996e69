"""A real Chromium, driven by Playwright, and the page in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import toy
from tests.conftest import SHIPPED, running_server

ARGUMENTS = [
    "--no-sandbox",  # as root, in a container
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000  # milliseconds: the machine may be busy

expect.set_options(timeout=PATIENCE)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        pytest.fail("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def toy_server(tmp_path_factory: pytest.TempPathFactory, trusted: Path) -> Iterator[str]:
    """The service with an artifact that calls cold faces fake, and one authority more."""
    folder = tmp_path_factory.mktemp("models") / "toy"
    toy.write(folder, SHIPPED)
    with running_server(DEEPFAKE_MODEL=str(folder), DEEPFAKE_TRUST_ANCHORS=str(trusted)) as url:
        yield url


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens an address in a context of its own; a request to elsewhere fails the test, and so
    does an error in the page's scripts."""
    contexts, requests, errors = [], [], []

    def open_page(url: str, **options: Any) -> Page:
        options = {"viewport": {"width": 1100, "height": 800}, "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page, home = context.new_page(), url.rpartition("/docs")[0] or url
        page.on("request", lambda request: requests.append((home, request.url)))
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    elsewhere = [it for home, it in requests if not it.startswith((home, "data:", "blob:"))]
    assert elsewhere == []
    assert errors == []


@pytest.fixture
def page(open_page: Open, toy_server: str) -> Page:
    """The page of a service that calls cold faces fake."""
    return open_page(toy_server)


@pytest.fixture
def real_page(open_page: Open, server: str) -> Page:
    return open_page(server)


@pytest.fixture
def photo(tmp_path: Path, face: bytes) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(face)
    return path
