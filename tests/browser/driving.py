"""What a person does on the page, and what they see there."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests import toy
from tests.browser.conftest import PATIENCE
from tests.pictures import encode, two_faces


def choose(page: Page, *files: FilePayload) -> None:
    """Choose files."""
    page.get_by_label("Picture of a face").set_input_files(files)


def cards(page: Page, count: int) -> Locator:
    """The cards of all pictures, once there are ``count``."""
    found = page.locator(".result")
    expect(found).to_have_count(count, timeout=PATIENCE)
    return found


def card(page: Page) -> Locator:
    return cards(page, 1).first


def payload(data: bytes, name: str = "face.jpg", kind: str = "image/jpeg") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


def cold(strength: float) -> bytes:
    return encode(toy.cooled(strength), "PNG")


def one_cold() -> Image.Image:
    """Two faces, of which the right one is cold."""
    both = two_faces()
    both.paste(toy.cooled(1).resize((213, 213), Image.Resampling.BICUBIC), (380, 60))
    return both


def seen(locator: Locator) -> np.ndarray:
    """What is on the screen, uint8 RGB ``[h, w, 3]``."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))


def place(locator: Locator, within: Locator) -> tuple[float, float, float, float]:
    """Left, top, width and height in pixels of the screen, from the corner of ``within``."""
    inner, outer = locator.bounding_box(), within.bounding_box()
    assert inner
    assert outer
    return inner["x"] - outer["x"], inner["y"] - outer["y"], inner["width"], inner["height"]
