"""The page without any script: one picture, a whole answer."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.pictures import PORTRAIT

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page: Open, server: str) -> Page:
    return open_page(server, java_script_enabled=False)


def check(page: Page, path: Path) -> None:
    page.get_by_label("Picture of a face").set_input_files(path)
    page.get_by_role("button", name="Check").click()


def test_an_upload_shows_the_picture_and_the_apis_answer(
    page: Page, photo: Path, face: bytes, server: str
) -> None:
    check(page, photo)
    answer = httpx.post(f"{server}/predict", files={"file": face}).json()
    words = {"fake": "Likely fake", "uncertain": "Uncertain", "real": "Likely real"}
    expect(page.get_by_role("heading", name=words[answer["verdict"]])).to_be_visible()
    percent = min(99, max(1, round(100 * answer["fake_probability"])))
    expect(page.get_by_text(f"{percent} % probability of fake")).to_be_visible()
    page.get_by_text("All figures").click()
    expect(page.get_by_text(f"{answer['label']} Image")).to_be_visible()
    expect(page.get_by_text(f"Confidence: {answer['confidence']:.4f}")).to_be_visible()
    expect(page.get_by_text(answer["image"]["sha256"]).first).to_be_visible()
    box = page.get_by_role("img", name="The picture that was checked").bounding_box()
    assert box
    assert box["width"] / box["height"] == pytest.approx(PORTRAIT.width / PORTRAIT.height, rel=0.02)


def test_what_needs_a_script_is_not_shown(page: Page, photo: Path) -> None:
    check(page, photo)
    expect(page.locator("details.result")).to_be_visible()
    for text in ("Clear all", "Download report", "Copy JSON", "drop them anywhere"):
        expect(page.get_by_text(text)).to_be_hidden()
    expect(page.get_by_role("slider")).to_have_count(0)


def test_a_wrong_file_is_told_in_words_and_another_can_be_tried(
    page: Page, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    check(page, tmp_path / "text.jpg")
    expect(page.get_by_role("alert")).to_contain_text("This is no picture that can be read")
    check(page, photo)
    expect(page.locator("details.result")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_keyboard_is_enough(page: Page, photo: Path) -> None:
    page.get_by_label("Picture of a face").set_input_files(photo)
    page.get_by_label("Picture of a face").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Check")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("details.result")).to_be_visible()


def test_the_documentation_works_offline(open_page: Open, server: str) -> None:
    page = open_page(f"{server}/docs", java_script_enabled=True)
    expect(page.get_by_text("/predict", exact=True)).to_be_visible()
