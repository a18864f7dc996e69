"""What a person does on the page, and what they see there."""

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import PATIENCE


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
