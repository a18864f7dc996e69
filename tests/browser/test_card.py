"""The answer: words, scale, boxes and heatmap where they should be, evidence, copies, reports."""

import io
import json
import re
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from service import figures
from service.faces import Face, FaceFinder
from service.manifest import Manifest
from tests import toy
from tests.browser.conftest import Open
from tests.browser.driving import card, cards, choose, payload
from tests.conftest import SHIPPED
from tests.pictures import PORTRAIT, encode, smooth, two_faces
from tests.signed import SIGNER, sign, tampered

pytestmark = pytest.mark.browser

THRESHOLDS = Manifest.read(SHIPPED).thresholds
VERDICTS = {
    0.0: ("Likely real", "real"),
    0.55: ("Uncertain", "uncertain"),
    1.0: ("Likely fake", "fake"),
}


def cold(strength: float) -> bytes:
    return encode(toy.cooled(strength), "PNG")


def turned(image: Image.Image) -> bytes:
    """A photograph that lies on its side, as a telephone writes it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode(image.transpose(Image.Transpose.ROTATE_90), quality=95, exif=exif)


@pytest.fixture
def page(open_page: Open, toy_server: str) -> Page:
    """The page of a service that calls cold faces fake."""
    return open_page(toy_server)


@pytest.fixture
def real_page(open_page: Open, server: str) -> Page:
    return open_page(server)


def seen(locator: Locator) -> np.ndarray:
    """What is on the screen, uint8 RGB ``[h, w, 3]``."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))


def place(locator: Locator, within: Locator) -> tuple[float, float, float, float]:
    """Left, top, width and height in pixels of the screen, from the corner of ``within``."""
    inner, outer = locator.bounding_box(), within.bounding_box()
    assert inner
    assert outer
    return inner["x"] - outer["x"], inner["y"] - outer["y"], inner["width"], inner["height"]


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
    choose(page, payload(cold(0.55)))
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


def test_boxes_are_drawn_where_the_faces_are(real_page: Page) -> None:
    """Faces are looked for once more, on the screen."""
    choose(real_page, payload(turned(two_faces())))
    picture = card(real_page).locator(".picture")
    rectangles = picture.locator(".face rect:not(.halo)")
    expect(rectangles).to_have_count(2)
    boxes = [place(it, picture) for it in rectangles.all()]
    for drawn in (".face", ".heat"):
        picture.locator(drawn).evaluate_all("(all) => all.forEach((it) => it.remove())")
    found = FaceFinder().find(seen(picture))
    assert len(found) == 2
    for box, face in zip(boxes, found, strict=True):
        assert overlap(box, face) > 0.6
    assert boxes[0][2] > 1.2 * boxes[1][2], "the larger first"


def overlap(box: tuple[float, float, float, float], face: Face) -> float:
    """Intersection over union."""
    left, top, width, height = box
    across = min(left + width, face.x + face.width) - max(left, face.x)
    down = min(top + height, face.y + face.height) - max(top, face.y)
    shared = max(0.0, across) * max(0.0, down)
    return shared / (width * height + face.width * face.height - shared)


def test_the_heatmap_lies_on_what_it_is_of(page: Page) -> None:
    """The right one of two faces is cold, on a photograph that lies on its side."""
    both = two_faces()
    both.paste(toy.cooled(1).resize((213, 213), Image.Resampling.BICUBIC), (380, 60))
    choose(page, payload(turned(both)))
    picture = card(page).locator(".picture")
    slider = card(page).get_by_role("slider", name="Heatmap")
    slider.fill("0")
    without = seen(picture).astype(int)
    slider.fill("100")
    rows, columns = np.nonzero(np.abs(seen(picture) - without).sum(axis=2) > 60)
    scale = without.shape[1] / both.width
    left, top, right, bottom = toy.FACE
    third = 2 / 3
    centre = (380 + third * (left + right) / 2) * scale, (60 + third * (top + bottom) / 2) * scale
    assert columns.mean() == pytest.approx(centre[0], abs=12 * scale)
    assert rows.mean() == pytest.approx(centre[1], abs=12 * scale)
    assert np.ptp(columns) < 1.6 * third * (right - left) * scale
    assert slider.evaluate("(it) => it.value") == "100"


def test_faces_can_be_looked_at_one_by_one(page: Page) -> None:
    both = two_faces()
    both.paste(toy.cooled(1).resize((213, 213), Image.Resampling.BICUBIC), (380, 60))
    choose(page, payload(encode(both, "PNG")))
    first = card(page).get_by_role("button", name="Face 1: likely real")
    second = card(page).get_by_role("button", name="Face 2: likely fake")
    maps = card(page).locator(".heat image")
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(maps.nth(0)).to_be_hidden()
    expect(maps.nth(1)).to_be_visible()
    expect(card(page).locator(".face").nth(0)).to_have_class("face real dim")
    first.click()
    expect(second).to_have_attribute("aria-pressed", "false")
    expect(maps.nth(1)).to_be_hidden()
    first.click()
    expect(maps.nth(0)).to_be_visible()
    expect(maps.nth(1)).to_be_visible()


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
    expect(found.nth(0)).to_contain_text(f"A valid content credential (C2PA), signed as “{SIGNER}”")
    expect(found.nth(0)).to_contain_text("it declares that AI generated the picture")
    expect(found.nth(1)).to_contain_text("A content credential that does not hold")
    expect(found.nth(1)).to_contain_text("assertion.dataHash.mismatch")
    expect(found.nth(2)).to_contain_text("No content credential")


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


@pytest.fixture
def report(page: Page, tmp_path: Path) -> Path:
    """That of two faces, downloaded."""
    both = two_faces()
    both.paste(toy.cooled(1).resize((213, 213), Image.Resampling.BICUBIC), (380, 60))
    choose(page, payload(encode(both, "PNG"), "Two: a <b> & c.png", "image/png"))
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
