"""The page without a browser: the form, the answer, the errors, and nothing from elsewhere."""

import asyncio
import base64
import io
import re

import httpx
import pytest
from PIL import Image

from service.model.loaded import Model
from service.settings import Settings
from service.web.app import create_app
from tests.pictures import PORTRAIT, encode, smooth, two_faces


def post(server: str, data: bytes) -> httpx.Response:
    return httpx.post(server, files={"file": ("face.jpg", data)}, timeout=60)


def test_the_form_posts_a_file_to_the_page(server: str) -> None:
    page = httpx.get(server)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'action="." method="post" enctype="multipart/form-data"' in page.text
    assert 'type="file" id="file" name="file"' in page.text
    assert "Image</h2>" not in page.text


def test_the_answer_agrees_with_the_api(server: str, face: bytes) -> None:
    answer = httpx.post(f"{server}/predict", files={"file": face}).json()
    page = post(server, face)
    assert page.status_code == 200
    assert f"{answer['label']} Image" in page.text
    assert f"Confidence: {answer['confidence']:.4f}" in page.text
    assert f'<details class="result {answer["verdict"]}" open>' in page.text
    assert answer["image"]["sha256"] in page.text


def test_the_preview_is_small_upright_and_without_metadata(server: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a private note"
    large = PORTRAIT.resize((2000, 1000))
    page = post(server, encode(large, exif=exif))
    match = re.search(r'href="data:image/jpeg;base64,([^"]+)"', page.text)
    assert match
    preview = Image.open(io.BytesIO(base64.b64decode(match[1])))
    assert preview.size == (480, 960)
    assert 'viewBox="0 0 1000 2000"' in page.text, "boxes are in the picture's own pixels"
    assert not preview.getexif()


def test_a_warning_is_put_in_words(server: str, model: Model) -> None:
    page = post(server, encode(smooth(1, side=64), "PNG"))
    assert ">Uncertain</h2>" in page.text
    assert f"The picture is smaller than the {model.manifest.input_side}" in page.text


def test_faces_are_counted_and_missing_or_small_ones_put_in_words(server: str) -> None:
    small = Image.new("RGB", (320, 320), (90, 110, 90))
    small.paste(PORTRAIT.resize((96, 96), Image.Resampling.BICUBIC), (100, 100))
    answer = httpx.post(f"{server}/predict", files={"file": encode(two_faces())}, timeout=60)
    assert len(answer.json()["faces"]) == 2
    assert "2 faces were scored" in post(server, encode(two_faces())).text
    assert "No face was found" in post(server, encode(smooth(1, side=300))).text
    assert "The face is too small" in post(server, encode(small)).text


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 422, "The file is empty."),
        (b"hello", 415, "This is no picture that can be read"),
        (encode(PORTRAIT)[:3000], 422, "damaged or cut short"),
        (bytes(21 * 2**20), 413, "The body is larger than 20 MiB"),
    ],
)
def test_an_error_is_shown_in_words_with_its_status(
    server: str, data: bytes, status: int, words: str
) -> None:
    page = post(server, data)
    assert page.status_code == status
    assert words in page.text
    assert 'role="alert"' in page.text
    assert 'type="file"' in page.text, "the form stays, to try another picture"


def test_each_face_has_its_heatmap_and_box(server: str) -> None:
    page = post(server, encode(two_faces())).text
    asked = {"files": {"file": encode(two_faces())}, "timeout": 60}
    answer = httpx.post(f"{server}/predict?explain=true", **asked).json()  # type: ignore[arg-type]
    for face, heatmap in zip(answer["faces"], answer["heatmaps"], strict=True):
        for box in (face["box"], heatmap["box"]):
            place = f'x="{box["x"]}" y="{box["y"]}" width="{box["width"]}" height="{box["height"]}"'
            assert place in page
        assert heatmap["png"] in page


def test_no_style_and_no_script_stands_in_the_page(server: str, face: bytes) -> None:
    """The policy in the headers forbids both."""
    for page in (httpx.get(server).text, post(server, face).text):
        assert " style=" not in page
        assert "<style" not in page
        assert re.findall("<script[^>]*>[^<]", page) == []


def test_what_a_file_says_cannot_become_markup(server: str) -> None:
    exif = Image.Exif()
    exif[0x0131] = '"><script>alert(1)</script>'
    page = post(server, encode(PORTRAIT, exif=exif)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_before_the_model_is_loaded_the_page_is_there_without_its_figures() -> None:
    app = create_app(Settings())
    transport = httpx.ASGITransport(app)  # no lifespan: nothing is ever loaded

    async def ask() -> tuple[httpx.Response, httpx.Response]:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            files = {"file": encode(PORTRAIT)}
            return await client.get("/"), await client.post("/", files=files)

    empty, refused = asyncio.run(ask())
    assert empty.status_code == 200
    assert 'type="file"' in empty.text
    assert "How far to trust this" not in empty.text
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert "The model is still being loaded." in refused.text


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_nothing_is_loaded_from_elsewhere(server: str, path: str) -> None:
    page = httpx.get(server + path).text
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    for source in sources:
        assert not re.match("/|[a-z]+:", source), f"{source}: behind a proxy that leads elsewhere"
        assert httpx.get(httpx.URL(server + path).join(source)).status_code == 200
