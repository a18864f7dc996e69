"""The answer on its card: words, scale, sentence, evidence, copies."""

import json
import re

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from service.model import figures
from service.model.manifest import Manifest
from tests import toy
from tests.browser.conftest import Open
from tests.browser.driving import card, cards, choose, cold, payload, place, seen
from tests.conftest import SHIPPED
from tests.pictures import PORTRAIT, encode, smooth
from tests.signed import OTHER, SIGNER, sign, tampered

pytestmark = pytest.mark.browser

THRESHOLDS = Manifest.read(SHIPPED).thresholds
VERDICTS = {
    0.0: ("Likely real", "real"),
    0.62: ("Uncertain", "uncertain"),
    1.0: ("Likely fake", "fake"),
}


@pytest.mark.parametrize("strength", VERDICTS)
def test_a_verdict_has_text_shape_and_colour(page: Page, strength: float) -> None:
    words, name = VERDICTS[strength]
    choose(page, payload(cold(strength)))
    head = card(page).locator("summary").first
    expect(head.get_by_role("heading")).to_have_text(words)
    expect(head.locator("use")).to_have_attribute("href", f"#{name}")
    expect(card(page)).to_have_class(f"result {name}")


def test_shapes_and_colours_differ(page: Page) -> None:
    choose(page, *(payload(cold(strength), f"{strength}.png") for strength in VERDICTS))
    found = cards(page, 3)
    pictures = [seen(it.locator("summary .shape").first) for it in found.all()]
    colours = {
        it.locator("h2").evaluate("(it) => getComputedStyle(it).color") for it in found.all()
    }
    assert len(colours) == 3
    for one in range(3):
        for other in range(one):
            dark = [pictures[n].min(axis=2) < 200 for n in (one, other)]
            assert (dark[0] != dark[1]).mean() > 0.05, "alike but for their colour"


@pytest.mark.parametrize(("strength", "percent"), [(0.0, None), (1.0, 99)])
def test_nothing_is_certain(page: Page, strength: float, percent: int | None) -> None:
    """The toy is as sure of it as 0.998."""
    choose(page, payload(cold(strength)))
    text = card(page).locator(".score").inner_text()
    shown = int(re.findall(r"\d+", text)[0])
    assert 1 <= shown <= 99
    assert percent in (None, shown)
    whole = " ".join(card(page).locator(it).inner_text() for it in (".words", ".score"))
    assert not re.search(r"\b(0|100) %", whole)


def test_the_scale_marks_score_and_thresholds(page: Page) -> None:
    choose(page, payload(cold(0.62)))
    scale = card(page).locator(".scale")
    shown = int(re.findall(r"\d+", card(page).locator(".score").inner_text())[0])
    _, _, width, _ = place(scale, scale)
    ticks = [place(it, scale)[0] / width for it in scale.locator("line").all()]
    assert ticks == pytest.approx([THRESHOLDS.real_below, THRESHOLDS.fake_above], abs=0.01)
    left, _, across, _ = place(scale.locator(".mark path"), scale)
    assert (left + across / 2) / width == pytest.approx(shown / 100, abs=0.01)
    expect(scale).to_have_accessible_name(re.compile(f"Probability of fake: {shown} %"))


def test_the_sentence_is_the_models_own(page: Page, toy_server: str) -> None:
    choose(page, payload(cold(1)))
    model = httpx.get(f"{toy_server}/model").json()
    answer = httpx.post(f"{toy_server}/predict", files={"file": cold(1)}, timeout=60).json()
    percent = figures.shown(answer["fake_probability"])
    share = model["metrics"]["distribution"]["real"][percent - 1]
    count = f"about {round(100 * share)}" if share >= 0.005 else "fewer than 1"
    expect(card(page).locator(".meaning")).to_contain_text(
        f"Of 100 real pictures like those it was tested on, {count} got this score or a higher one"
    )
    facts = page.locator("#trust")
    accuracy = round(100 * model["metrics"]["overall"]["accuracy"])
    expect(facts).to_contain_text(f"{accuracy} of 100")
    expect(facts).to_contain_text("It must not be the only ground for a decision")


def test_warnings_are_in_words(page: Page) -> None:
    choose(page, payload(encode(smooth(1, 60), "PNG")))
    expect(card(page).get_by_role("heading", name="Uncertain")).to_be_visible()
    expect(card(page).locator(".warnings")).to_contain_text("No face was found")
    expect(card(page).locator(".warnings")).to_contain_text(f"{toy.SIDE} \u00d7 {toy.SIDE}")
    expect(card(page).locator(".meaning")).to_have_count(0)


def test_signed_tampered_and_unsigned_pictures_are_told_apart(real_page: Page, face: bytes) -> None:
    signed = sign(face)
    files = {"signed": signed, "tampered": tampered(signed), "unsigned": face}
    choose(real_page, *(payload(data, f"{name}.jpg") for name, data in files.items()))
    found = cards(real_page, 3)
    expect(found.nth(0).locator("summary").first).to_contain_text("Likely fake")
    expect(found.nth(0).locator("summary").first).to_contain_text("declared in its content")
    for it in found.all():
        it.locator("summary").first.click()
    expect(found.nth(0)).to_contain_text(
        f"A content credential of a trusted signer (C2PA), signed as “{SIGNER}”"
    )
    expect(found.nth(0)).to_contain_text("it declares that AI generated the picture")
    expect(found.nth(1)).to_contain_text("A content credential that does not hold")
    expect(found.nth(1)).to_contain_text("assertion.dataHash.mismatch")
    expect(found.nth(2)).to_contain_text("No content credential")


def test_what_nobody_vouches_for_is_told_in_plain_words(real_page: Page, face: bytes) -> None:
    name = "DALL·E 2024-05-12 10.33.11 - anna.jpg"
    choose(real_page, payload(sign(face, chain=OTHER), name))
    expect(card(real_page).get_by_role("heading", name="Uncertain")).to_be_visible()
    expect(card(real_page).locator(".why")).to_contain_text("speaks against calling it real")
    expect(card(real_page).locator(".warnings")).to_contain_text("The file says that AI made it")
    evidence = card(real_page).locator(".evidence")
    expect(evidence).to_contain_text(f"of an unknown signer (C2PA), signed as “{SIGNER}”")
    expect(evidence).to_contain_text("it declares that AI generated the picture")
    expect(evidence).to_contain_text("Nobody vouches for the signer")
    expect(evidence).to_contain_text("File name, as DALL·E writes it")
    lists = httpx.get(f"{real_page.url}model").json()["trust_lists"]
    for told in (evidence, real_page.locator("#trust")):
        expect(told).to_contain_text(f"lists of {lists}")


def test_hostile_texts_are_shown_as_texts(real_page: Page) -> None:
    exif = Image.Exif()
    exif[0x0131] = "<img src=x onerror=alert(1)>"
    exif[0x010F] = "</ul><script>alert(1)</script>"
    choose(real_page, payload(encode(PORTRAIT, exif=exif)))
    evidence = card(real_page).locator(".evidence")
    expect(evidence).to_contain_text("<img src=x onerror=alert(1)>")
    expect(evidence).to_contain_text("</ul><script>alert(1)</script>")
    expect(evidence.locator("img, script")).to_have_count(0)


def test_the_json_that_is_copied_is_the_apis(open_page: Open, server: str, face: bytes) -> None:
    page = open_page(server, permissions=["clipboard-read", "clipboard-write"])
    choose(page, payload(face))
    card(page).get_by_role("button", name="Copy JSON").click()
    expect(card(page).get_by_role("button", name="Copied")).to_be_visible()
    copied = json.loads(page.evaluate("() => navigator.clipboard.readText()"))
    asked = httpx.post(f"{server}/predict?explain=true", files={"file": face}).json()
    assert set(copied) == set(asked)
    for name in ("verdict", "reason", "faces", "provenance", "image", "model"):
        assert copied[name] == asked[name]


def test_without_https_it_is_copied_all_the_same(real_page: Page, face: bytes) -> None:
    real_page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    choose(real_page, payload(face))
    card(real_page).get_by_role("button", name="Copy JSON").click()
    expect(card(real_page).get_by_role("button", name="Copied")).to_be_visible()
    assert json.loads(real_page.evaluate("() => getSelection().toString()"))["verdict"]
