"""The page without a browser: the form, the answer, the errors, and nothing from elsewhere."""

import base64
import io
import re

import httpx
import pytest
from PIL import Image

from service.model import Model
from tests.pictures import PORTRAIT, encode, smooth, two_faces


def post(server: str, data: bytes) -> httpx.Response:
    return httpx.post(server, files={"file": ("face.jpg", data)}, timeout=60)


def test_the_form_posts_a_file_to_the_page(server: str) -> None:
    page = httpx.get(server)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'action="/" method="post" enctype="multipart/form-data"' in page.text
    assert 'type="file" id="file" name="file"' in page.text
    assert "Image</h2>" not in page.text


def test_the_answer_agrees_with_the_api(server: str, face: bytes) -> None:
    answer = httpx.post(f"{server}/predict", files={"file": face}).json()
    page = post(server, face)
    assert page.status_code == 200
    assert f"{answer['label']} Image" in page.text
    assert f"<strong>{answer['confidence']:.4f}</strong>" in page.text
    assert f"Verdict: <strong>{answer['verdict']}</strong>" in page.text


def test_the_preview_is_small_upright_and_without_metadata(server: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a private note"
    large = PORTRAIT.resize((2000, 1000))
    page = post(server, encode(large, exif=exif))
    match = re.search(r'src="data:image/jpeg;base64,([^"]+)"', page.text)
    assert match
    preview = Image.open(io.BytesIO(base64.b64decode(match[1])))
    assert preview.size == (320, 640)
    assert not preview.getexif()


def test_a_warning_is_put_in_words(server: str, model: Model) -> None:
    page = post(server, encode(smooth(1, side=64), "PNG"))
    assert "Verdict: <strong>uncertain</strong>" in page.text
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


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_nothing_is_loaded_from_elsewhere(server: str, path: str) -> None:
    page = httpx.get(server + path).text
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    for source in sources:
        assert source.startswith(("/", server)), source
        assert httpx.get(httpx.URL(server).join(source)).status_code == 200
