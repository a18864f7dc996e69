"""Own thresholds on the page: on the scale of a card, in its words, and where trust is told."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.model.own import OwnThresholds
from tests.browser.conftest import Open
from tests.browser.driving import card, choose, cold, payload, place

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page: Open, own_server: str) -> Page:
    return open_page(own_server)


def test_the_scale_marks_them(page: Page, own_thresholds: Path) -> None:
    choose(page, payload(cold(1)))
    expect(card(page).get_by_role("heading", name="Likely fake")).to_be_visible()
    scale, thresholds = card(page).locator(".scale"), OwnThresholds.read(own_thresholds).thresholds
    _, _, width, _ = place(scale, scale)
    ticks = [place(it, scale)[0] / width for it in scale.locator("line").all()]
    assert ticks == pytest.approx([thresholds.real_below, thresholds.fake_above], abs=0.01)


def test_the_card_names_them_and_the_p_value(page: Page) -> None:
    choose(page, payload(cold(1)))
    card(page).locator("summary").first.click()
    details = card(page).locator("dl")
    expect(details).to_contain_text("by thresholds of 150 pictures of the operator")
    expect(details).to_contain_text("p-value among those")


def test_the_json_to_copy_has_both(open_page: Open, own_server: str) -> None:
    page = open_page(own_server, permissions=["clipboard-read", "clipboard-write"])
    choose(page, payload(cold(1)))
    card(page).get_by_role("button", name="Copy JSON").click()
    expect(card(page).get_by_role("button", name="Copied")).to_be_visible()
    answer = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert answer["model"]["own_thresholds"] == {"pictures": 150, "false_alarms": 0.01}
    assert 0 < answer["p_value"] <= 0.01


def test_trust_is_told_by_them(page: Page) -> None:
    trust = page.locator("#trust")
    expect(trust).to_contain_text("1.0 of 100 real pictures at most are likely fake")
    expect(trust).to_contain_text("of 150 pictures of its operator, on 2026-01-02")
