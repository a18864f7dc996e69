"""Pictures on their way: chosen, dropped, pasted, many, slow, refused, and through a restart."""

import base64
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PATIENCE, Open
from tests.browser.driving import card, cards, choose, payload
from tests.conftest import free_port, running_server
from tests.pictures import PORTRAIT, encode, smooth, two_faces

pytestmark = pytest.mark.browser

# A file made in the page: as another program would hand it over.
FILES = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  return transfer;
}"""
COPY_PICTURE = """async (data) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""


@pytest.fixture
def page(open_page: Open, server: str) -> Page:
    return open_page(server)


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_chosen_picture_is_checked_at_once(page: Page, face: bytes) -> None:
    expect(page.get_by_role("button", name="Check")).to_be_hidden()
    choose(page, payload(face, "photo.jpg"))
    expect(card(page)).to_have_attribute("open", "")
    expect(card(page)).to_contain_text("photo.jpg")
    expect(page.get_by_role("status")).to_contain_text("photo.jpg: ")
    expect(page.locator(".pending")).to_have_count(0)


def test_dropped_pictures_are_checked(page: Page, face: bytes) -> None:
    files = [[f"{n}.jpg", base64_of(face)] for n in range(2)]
    transfer = page.evaluate_handle(FILES, files)
    page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    expect(page.locator("body")).to_have_class("over")
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.locator("body")).not_to_have_class("over")
    expect(cards(page, 2).last).to_contain_text("1.jpg")


def test_a_pasted_picture_is_checked(open_page: Open, server: str) -> None:
    page = open_page(server, permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(COPY_PICTURE, base64_of(encode(PORTRAIT, "PNG")))
    page.keyboard.press("Control+V")
    expect(card(page)).to_contain_text("probability of fake")


def test_pasted_text_is_left_alone(page: Page) -> None:
    page.evaluate(
        "() => document.dispatchEvent(new ClipboardEvent('paste', "
        "{ clipboardData: new DataTransfer() }))"
    )
    expect(page.locator("#results > *")).to_have_count(0)


def test_a_telephone_offers_its_camera(open_page: Open, server: str, face: bytes) -> None:
    touch = open_page(
        server, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800}
    )
    camera = touch.get_by_label("Photograph")
    assert camera.get_attribute("capture") == "user"
    expect(touch.get_by_text("Photograph", exact=True)).to_be_visible()
    camera.set_input_files(payload(face))
    expect(card(touch)).to_contain_text("probability of fake")


def test_a_mouse_is_offered_none(page: Page) -> None:
    expect(page.get_by_text("Photograph", exact=True)).to_be_hidden()


def test_of_many_each_gets_its_own_answer_beside_its_picture(page: Page, face: bytes) -> None:
    files = [payload(encode(smooth(n, 160), "PNG"), f"{n}.png", "image/png") for n in range(6)]
    choose(page, *files, payload(b"no picture", "text.jpg"), payload(face))
    found = cards(page, 8)
    names = [*(f"{n}.png" for n in range(6)), "text.jpg", "face.jpg"]
    for name, it in zip(names, found.all(), strict=True):
        expect(it).to_contain_text(name)
    expect(found.nth(6)).to_contain_text("This is no picture that can be read")
    expect(found.nth(6).get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("All 8 done.")
    assert page.locator("details.result[open]").count() == 0
    found.nth(7).locator("summary").first.click()
    expect(found.nth(7).locator(".why")).to_be_visible()


def test_answers_come_one_by_one(page: Page, face: bytes) -> None:
    """The second is held back, and the first and the third are there."""
    held: list[Route] = []
    asked = 0

    def hold_second(route: Route) -> None:
        nonlocal asked
        asked += route.request.method == "POST"
        if route.request.method == "POST" and asked == 2:
            held.append(route)
        else:
            route.continue_()

    page.route("**/", hold_second)
    choose(page, *(payload(face, f"{n}.jpg") for n in range(3)))
    cards(page, 2)
    expect(page.locator(".pending")).to_contain_text("1.jpg")
    expect(page.get_by_role("status")).to_contain_text("2 of 3 done.")
    held[0].continue_()
    expect(cards(page, 3).nth(1)).to_contain_text("1.jpg")


def test_all_can_be_cleared_also_what_is_on_its_way(page: Page, face: bytes) -> None:
    page.route("**/", lambda route: None if route.request.method == "POST" else route.continue_())
    choose(page, *(payload(face, f"{n}.jpg") for n in range(5)))
    expect(page.locator(".pending")).to_have_count(5)
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator("#results > *")).to_have_count(0)
    expect(page.get_by_role("button", name="Clear all")).to_be_hidden()
    expect(page.get_by_label("Picture of a face")).to_be_focused()
    page.unroute("**/")
    choose(page, payload(face, "after.jpg"))
    expect(card(page)).to_contain_text("after.jpg")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (encode(PORTRAIT)[:3000], "damaged or cut short"),
        (encode(smooth(1, 20), "PNG"), "each side needs at least 32"),
        (bytes(21 * 2**20), "The file has 21 MiB; at most 20 MiB are taken."),
        (b"<script>alert(1)</script>", "This is no picture that can be read"),
    ],
    ids=["empty", "cut", "tiny", "large", "script"],
)
def test_what_is_wrong_is_said_beside_the_picture(page: Page, data: bytes, words: str) -> None:
    name = "<img src=x onerror=alert(1)>.jpg"
    choose(page, payload(data, name))
    expect(card(page)).to_contain_text(words)
    expect(card(page)).to_contain_text(name)
    expect(page.get_by_role("status")).to_contain_text(words)


def test_a_picture_that_a_browser_cannot_show_is_shown(page: Page) -> None:
    choose(page, payload(encode(two_faces(), "TIFF"), "scan.tif", "image/tiff"))
    expect(card(page).locator(".picture")).to_be_visible()
    thumb = card(page).locator("img.thumb")
    assert thumb.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 640


def test_on_a_slow_network_one_sees_how_far_it_is(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 100, "downloadThroughput": -1, "uploadThroughput": 50_000}
    session.send("Network.emulateNetworkConditions", slow)
    noisy = encode(PORTRAIT, "PNG")
    choose(page, payload(noisy, "slow.png", "image/png"))
    bar = page.get_by_role("progressbar", name="Progress of slow.png")
    expect(bar).to_be_visible()
    expect(page.locator(".state")).to_have_text("Uploading")
    expect(bar).to_have_attribute("value", re.compile(r"0\.\d*[1-9]"))
    expect(card(page)).to_contain_text("slow.png", timeout=PATIENCE)


def test_the_service_may_restart_meanwhile(open_page: Open, face: bytes) -> None:
    port = free_port()
    with running_server(port=port) as url:
        page = open_page(url)
    choose(page, payload(face))
    expect(page.locator(".state")).to_contain_text("The service cannot be reached. Trying again.")
    with running_server(port=port):
        expect(card(page)).to_contain_text("probability of fake")


def test_a_service_that_is_busy_is_asked_again(page: Page, face: bytes) -> None:
    answers = [429, 503]

    def refuse(route: Route) -> None:
        if route.request.method == "POST" and answers:
            status = answers.pop()
            route.fulfill(status=status, headers={"Retry-After": "1"}, body="not now")
        else:
            route.continue_()

    page.route("**/", refuse)
    choose(page, payload(face))
    expect(page.locator(".state")).to_contain_text("too much to do")
    expect(page.locator(".state")).to_contain_text("as often as you may")
    expect(card(page)).to_contain_text("probability of fake")


def test_what_cannot_be_helped_can_be_tried_again(page: Page, face: bytes) -> None:
    page.route("**/", lambda route: route.fulfill(status=500, body="broken"))
    choose(page, payload(face))
    expect(card(page)).to_contain_text("The service answered with status 500.")
    page.unroute("**/")
    page.get_by_role("button", name="Try again").click()
    expect(card(page)).to_contain_text("probability of fake")


def test_the_name_of_a_file_is_not_sent(page: Page, face: bytes) -> None:
    with page.expect_request(lambda it: it.method == "POST") as asked:
        choose(page, payload(face, "anna-at-the-sea.jpg"))
    assert b"anna" not in (asked.value.post_data_buffer or b"")
    expect(card(page)).to_contain_text("anna-at-the-sea.jpg")


def test_nothing_is_stored(page: Page, face: bytes) -> None:
    choose(page, payload(face))
    card(page)
    stored = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie,"
        " (await indexedDB.databases()).length, (await caches.keys()).length]"
    )
    assert stored == [0, 0, "", 0, 0]
