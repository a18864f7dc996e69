"""The page behind a TLS proxy under a prefix, which it is told nothing of, without a setting."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.driving import card, choose, payload
from tests.proxy import tls_proxy

pytestmark = pytest.mark.browser

GROUND = "rgb(245, 246, 248)"  # as style.css has it


@pytest.fixture(scope="module")
def proxied(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with tls_proxy(server, tmp_path_factory.mktemp("proxy")) as url:
        yield url


@pytest.fixture
def page(open_page: Open, proxied: str) -> Page:
    """Whatever it asks for that does not lie under the prefix fails the test."""
    return open_page(f"{proxied}/", ignore_https_errors=True)


def test_style_and_script_are_found_and_let_through(page: Page, face: bytes) -> None:
    complaints: list[str] = []
    page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
    page.reload(wait_until="networkidle")
    expect(page.locator("body")).to_have_css("background-color", GROUND)
    expect(page.get_by_role("button", name="Check")).to_be_hidden()
    choose(page, payload(face))
    expect(card(page)).to_contain_text("probability of fake")
    assert complaints == []


def test_a_report_finds_its_style(page: Page, face: bytes) -> None:
    choose(page, payload(face))
    with page.expect_download() as download:
        card(page).get_by_role("button", name="Download report").click()
    assert "background" in Path(download.value.path()).read_text()


def test_the_form_is_answered_without_a_script(open_page: Open, proxied: str, photo: Path) -> None:
    page = open_page(f"{proxied}/", ignore_https_errors=True, java_script_enabled=False)
    page.goto(f"{proxied}/?from=a-link")
    page.get_by_label("Picture of a face").set_input_files(photo)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("details.result")).to_contain_text("probability of fake")
    assert page.url == f"{proxied}/"
    expect(page.locator("body")).to_have_css("background-color", GROUND)


def test_its_links_lead_to_the_figures_and_the_documentation(page: Page, proxied: str) -> None:
    page.get_by_role("link", name="API").click()
    expect(page.get_by_text("/predict", exact=True)).to_be_visible()
    assert page.url == f"{proxied}/docs"
    page.go_back()
    page.get_by_role("link", name="All its figures").click()
    expect(page.locator("body")).to_contain_text('"thresholds"')
    assert page.url == f"{proxied}/model"


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_documentation_asks_the_service_there(page: Page, proxied: str, path: str) -> None:
    page.goto(proxied + path)
    page.get_by_text("/healthz", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".request-url pre")).to_have_text(f"{proxied}/healthz")
    expect(page.locator(".live-responses-table")).to_contain_text('"status": "ok"')


def test_what_lies_beside_the_prefix_is_another_service(proxied: str) -> None:
    """So the tests above can fail."""
    for path in ("/static/style.css", "/predict", "/docs"):
        beside = httpx.get(proxied.removesuffix("/detector") + path, verify=False)  # noqa: S501  # its own
        assert beside.text == "another service"
