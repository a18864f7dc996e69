"""Boxes and heatmaps lie where they should, also on a photograph that lies on its side."""

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from service.pictures.faces import Face, FaceFinder
from tests import toy
from tests.browser.driving import card, choose, one_cold, payload, place, seen
from tests.pictures import encode, two_faces

pytestmark = pytest.mark.browser


def turned(image: Image.Image) -> bytes:
    """A photograph that lies on its side, as a telephone writes it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode(image.transpose(Image.Transpose.ROTATE_90), quality=95, exif=exif)


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
    both = one_cold()
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
    choose(page, payload(encode(one_cold(), "PNG")))
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
