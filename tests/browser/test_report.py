"""The report that can be downloaded: one page that needs nothing else."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.driving import card, choose, one_cold, payload, seen
from tests.pictures import encode

pytestmark = pytest.mark.browser


@pytest.fixture
def report(page: Page, tmp_path: Path) -> Path:
    """That of two faces, downloaded."""
    choose(page, payload(encode(one_cold(), "PNG"), "Two: a <b> & c.png", "image/png"))
    with page.expect_download() as download:
        card(page).get_by_role("button", name="Download report").click()
    assert download.value.suggested_filename == "report-Two-a-b-c.html"
    path = tmp_path / "report.html"
    download.value.save_as(path)
    return path


def test_a_report_holds_all_and_needs_nothing(report: Path, page: Page, open_page: Open) -> None:
    answer = json.loads(page.locator("pre").text_content() or "")
    opened = open_page(report.as_uri(), java_script_enabled=False)
    text = opened.locator("body").inner_text()
    for wanted in (
        "On the file “Two: a <b> & c.png”",
        "Likely fake",
        "Face 2: likely fake",
        answer["image"]["sha256"],
        f"toy {answer['model']['version']}",
        "UTC",
        "What the file says of itself",
        "How far to trust this",
        f"Confidence: {answer['confidence']:.4f}",
    ):
        assert wanted in text
    expect(opened.locator(".picture")).to_have_count(2)
    expect(opened.locator(".heat")).to_have_count(1)
    plain, heated = (seen(it).astype(int) for it in opened.locator(".picture").all())
    assert np.abs(plain - heated).max() > 60
    expect(opened.locator("button, input, script, a, pre")).to_have_count(0)


def test_a_report_prints_on_one_page(report: Path, open_page: Open) -> None:
    opened = open_page(report.as_uri())
    printed = opened.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    opened.emulate_media(media="print")
    assert opened.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
