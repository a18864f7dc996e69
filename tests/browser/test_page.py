"""The page as a person uses it: without scripts, with a keyboard, on a phone, in the dark."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pictures import PORTRAIT

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """The page in a browser whose scripts are off; any request to elsewhere fails the test."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 900, "height": 720})
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(server)
    yield page
    context.close()
    assert all(url.startswith((server, "data:")) for url in requests), requests


@pytest.fixture
def photo(tmp_path: Path, face: bytes) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(face)
    return path


def check(page: Page, path: Path) -> None:
    page.get_by_label("Picture of a face").set_input_files(path)
    page.get_by_role("button", name="Check").click()


def test_an_upload_shows_the_picture_and_the_apis_answer(
    page: Page, photo: Path, face: bytes, server: str, tmp_path: Path
) -> None:
    check(page, photo)
    answer = httpx.post(f"{server}/predict", files={"file": face}).json()
    expect(page.get_by_role("heading", name=f"{answer['label']} Image")).to_be_visible()
    expect(page.get_by_text(f"Confidence: {answer['confidence']:.4f}")).to_be_visible()
    expect(page.get_by_text(f"Verdict: {answer['verdict']}")).to_be_visible()
    box = page.get_by_alt_text("The picture that was checked").bounding_box()
    assert box
    assert box["width"] / box["height"] == pytest.approx(PORTRAIT.width / PORTRAIT.height, rel=0.02)
    page.screenshot(path=Path(os.getenv("SCREENSHOTS", tmp_path)) / "page.png")


def test_a_wrong_file_is_told_in_words_and_another_can_be_tried(
    page: Page, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    check(page, tmp_path / "text.jpg")
    expect(page.get_by_role("alert")).to_contain_text("This is no picture that can be read")
    check(page, photo)
    expect(page.get_by_role("status")).to_contain_text("Image")


def test_the_keyboard_is_enough(page: Page, photo: Path) -> None:
    page.get_by_label("Picture of a face").set_input_files(photo)
    page.get_by_label("Picture of a face").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Check")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Confidence")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scrolling(
    browser: Browser, server: str, photo: Path, scheme: str, tmp_path: Path
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(server)
    check(page, photo)
    expect(page.get_by_role("status")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(18, 22, 29)" if scheme == "dark" else "rgb(246, 247, 249)")
    page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    context.close()


def test_the_documentation_works_offline(browser: Browser, server: str) -> None:
    page = browser.new_page()
    page.goto(f"{server}/docs")
    expect(page.get_by_text("/predict", exact=True)).to_be_visible()
    page.close()
