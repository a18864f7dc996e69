"""The pictures in docs/: `SCREENSHOTS=docs` has them taken anew; without it they are looked over.

Whoever is on them may be shown: tests/pictures.py. The page of the shipped model is `page`; for the
verdicts of the others stands the toy of tests/toy.py.
"""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests import toy
from tests.browser.conftest import Open
from tests.browser.driving import cards, choose, one_cold, payload
from tests.conftest import ROOT
from tests.pictures import PORTRAIT, encode, smooth
from tests.signed import sign, tampered

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}}
DARK: dict[str, Any] = {"color_scheme": "dark"}


def files(**images: Image.Image | bytes) -> list[FilePayload]:
    data = {n: it if isinstance(it, bytes) else encode(it, quality=92) for n, it in images.items()}
    return [payload(it, f"{name.replace('_', '-')}.jpg") for name, it in data.items()]


SIGNED = sign(encode(PORTRAIT, quality=92))
BLANK = smooth(3, 320)
OF_THE_TOY: dict[str, tuple[list[FilePayload], dict[str, Any]]] = {
    "fake": (files(swapped=toy.cooled(1)), {}),
    "uncertain-dark": (files(portrait=toy.cooled(0.62)), DARK),
    "two-faces": (files(two=one_cold()), {}),
    "signed": (files(signed=SIGNED), {}),
    "tampered-dark": (files(tampered=tampered(SIGNED)), DARK),
    "no-face": (files(wall=BLANK), {}),
    "phone": (files(swapped=toy.cooled(1)), PHONE),
    "phone-dark": (files(portrait=PORTRAIT), {**PHONE, **DARK}),
    "error": (files(letter=b"Dear all,"), {}),
    "many": (files(one=PORTRAIT, two=one_cold(), three=BLANK, four=b"", five=SIGNED), {}),
}


def keep(page: Page, name: str, tmp_path: Path) -> None:
    """A picture of the page; that a person could see something on it is checked."""
    folder = Path(os.getenv("SCREENSHOTS", tmp_path))
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled")))
    assert np.asarray(taken.convert("L")).std() > 10
    whole = taken.convert("RGB")
    few = whole.quantize(palette=whole.quantize(256), dither=Image.Dither.FLOYDSTEINBERG)
    few.save(folder / f"{name}.png", optimize=True)


def test_the_page_of_the_shipped_model(
    open_page: Open, server: str, face: bytes, tmp_path: Path
) -> None:
    page = open_page(server)
    choose(page, payload(face, "portrait.jpg"))
    cards(page, 1)
    keep(page, "page", tmp_path)


@pytest.mark.parametrize("name", OF_THE_TOY)
def test_a_page_of_the_toy(open_page: Open, toy_server: str, name: str, tmp_path: Path) -> None:
    chosen, screen = OF_THE_TOY[name]
    page = open_page(toy_server, **screen)
    choose(page, *chosen)
    cards(page, len(chosen))
    expect(page.locator(".pending")).to_have_count(0)
    keep(page, f"page-{name}", tmp_path)


@pytest.mark.parametrize("name", ["page", *(f"page-{name}" for name in OF_THE_TOY)])
def test_the_docs_have_it(name: str) -> None:
    with Image.open(ROOT / "docs" / f"{name}.png") as kept:
        assert kept.width in {1100, 390}
