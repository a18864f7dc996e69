"""For everyone: axe finds nothing, a keyboard is enough, a telephone too; and it weighs little."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import toy
from tests.browser.conftest import Open
from tests.browser.driving import card, cards, choose, one_cold, payload
from tests.pictures import PORTRAIT, encode, smooth
from tests.signed import sign, tampered

pytestmark = pytest.mark.browser

MOST_BYTES = 60_000  # of the page's own files
SCREENS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
    "dark phone": {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
}


SHOWN: dict[str, list[bytes]] = {
    "nothing": [],
    "fake": [encode(toy.cooled(1), "PNG")],
    "uncertain": [encode(toy.cooled(0.62), "PNG")],
    "real": [encode(PORTRAIT)],
    "two faces": [encode(one_cold(), "PNG")],
    "no face": [encode(smooth(1, 60), "PNG")],
    "signed": [sign(encode(PORTRAIT))],
    "tampered": [tampered(sign(encode(PORTRAIT)))],
    "error": [b"no picture"],
    "many": [encode(PORTRAIT), b"", encode(one_cold(), "PNG")],
}


def found_by_axe(page: Page) -> str:
    """Nothing, or what axe-core has to say."""
    results = Axe().run(page)
    return "" if results.violations_count == 0 else results.generate_report()


def show(page: Page, files: list[bytes]) -> None:
    """Check the files and open all that can be opened."""
    if files:
        choose(page, *(payload(data, f"{n}.jpg") for n, data in enumerate(files)))
    cards(page, len(files))
    page.evaluate("() => document.querySelectorAll('details').forEach((it) => (it.open = true))")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("shown", SHOWN)
def test_axe_finds_nothing(open_page: Open, toy_server: str, screen: str, shown: str) -> None:
    page = open_page(toy_server, **SCREENS[screen])
    show(page, SHOWN[shown])
    assert found_by_axe(page) == ""
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_axe_would_find_something(open_page: Open, toy_server: str) -> None:
    page = open_page(toy_server)
    page.evaluate("() => document.querySelector('label').remove()")
    assert "label" in found_by_axe(page)


@pytest.mark.parametrize("screen", ["light", "dark phone"])
@pytest.mark.parametrize("shown", ["fake", "error"])
def test_axe_finds_nothing_without_scripts_of_ours(
    open_page: Open, toy_server: str, screen: str, shown: str, tmp_path: Path
) -> None:
    """The same page as it comes to a browser that runs none."""
    page = open_page(toy_server, **SCREENS[screen])
    page.route("**/*.js", lambda route: route.abort())
    page.goto(toy_server)
    (tmp_path / "picture").write_bytes(SHOWN[shown][0])
    page.get_by_label("Picture of a face").set_input_files(tmp_path / "picture")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".result")).to_be_visible()
    assert found_by_axe(page) == ""


def test_axe_finds_nothing_in_a_report(open_page: Open, toy_server: str, tmp_path: Path) -> None:
    page = open_page(toy_server)
    show(page, SHOWN["two faces"])
    with page.expect_download() as download:
        card(page).get_by_role("button", name="Download report").click()
    download.value.save_as(tmp_path / "report.html")
    assert found_by_axe(open_page((tmp_path / "report.html").as_uri())) == ""


def test_a_keyboard_is_enough_for_all_of_it(open_page: Open, toy_server: str) -> None:
    page = open_page(toy_server)
    page.keyboard.press("Tab")
    with page.expect_file_chooser() as chooser:
        expect(page.get_by_label("Picture of a face")).to_be_focused()
        page.keyboard.press("Space")
    chooser.value.set_files([payload(encode(one_cold(), "PNG"))])
    head = card(page).locator("summary").first
    reach(page, "Clear all")
    page.keyboard.press("Tab")
    expect(head).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page)).not_to_have_attribute("open", "")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    slider = page.get_by_role("slider", name="Heatmap")
    expect(slider).to_be_focused()
    page.keyboard.press("End")
    expect(card(page).locator(".heat")).to_have_attribute("opacity", "1")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Face 1")).to_have_attribute("aria-pressed", "true")
    with page.expect_download():
        reach(page, "Download report")
        page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    reach(page, "Clear all", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".result")).to_have_count(0)
    expect(page.get_by_label("Picture of a face")).to_be_focused()


def reach(page: Page, name: str, key: str = "Tab") -> None:
    """Press ``key`` until the button ``name`` has the focus."""
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    for _ in range(20):
        if button.evaluate("(it) => it === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"the keyboard does not reach {name}")


def test_where_the_focus_is_can_be_seen(open_page: Open, toy_server: str) -> None:
    page = open_page(toy_server)
    show(page, SHOWN["two faces"])
    page.get_by_label("Picture of a face").focus()
    for _ in range(10):
        page.keyboard.press("Tab")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 2


def test_what_comes_is_said(open_page: Open, toy_server: str) -> None:
    page = open_page(toy_server)
    status = page.get_by_role("status")
    choose(page, payload(SHOWN["fake"][0], "cold.png", "image/png"))
    expect(status).to_contain_text("cold.png: Likely fake, 99 % probability of fake.")
    choose(page, payload(b"no picture", "text.jpg"))
    expect(status).to_contain_text("text.jpg: Unsupported format. This is no picture")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_motion_is_reduced_where_that_is_asked_for(
    open_page: Open, toy_server: str, motion: str
) -> None:
    page = open_page(toy_server, reduced_motion=motion)
    show(page, SHOWN["real"])
    name = card(page).evaluate("(it) => getComputedStyle(it).animationName")
    assert (name == "none") is (motion == "reduce")


def test_dark_is_dark(open_page: Open, toy_server: str) -> None:
    grounds = [
        open_page(toy_server, color_scheme=scheme).evaluate(
            "() => getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(245, 246, 248)", "rgb(18, 22, 29)"]


def test_the_page_is_light_and_paints_from_its_own_files(open_page: Open, toy_server: str) -> None:
    page = open_page(toy_server)
    page.wait_for_load_state("networkidle")
    files = page.evaluate(
        "() => [...performance.getEntriesByType('navigation'),"
        " ...performance.getEntriesByType('resource')].map((it) => [it.name, it.decodedBodySize])"
    )
    assert {name.rpartition("/")[2] for name, _ in files} >= {"style.css", "page.js", "report.js"}
    assert all(name.startswith(toy_server) for name, _ in files)
    assert 0 < sum(size for _, size in files) < MOST_BYTES
    (paint,) = page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint').map((it) => it.startTime)"
    )
    assert paint < 5000, "milliseconds, on a busy machine"
