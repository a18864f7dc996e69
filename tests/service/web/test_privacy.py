"""What the page promises: pictures stay in memory, and no part of them is said."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.conftest import running_server
from tests.pictures import PORTRAIT, encode
from tests.signed import sign, tampered

pytestmark = pytest.mark.usefixtures("toy_served")

MIB = 2**20
WRITES = "opened for writing:"
# After that, whatever Python code opens for writing, makes or renames is printed.
AUDITED = f"""
import os, sys

def audit(event, arguments):
    writing = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writing and not isinstance(arguments[0], int):  # a pipe that is open already
        os.write(2, f"{WRITES} {{arguments[0]}}\\n".encode())
    if event.startswith(("tempfile.", "shutil.")) or event in ("os.mkdir", "os.rename"):
        os.write(2, f"{WRITES} {{event}}\\n".encode())

sys.addaudithook(audit)
"""
NAME, ARTIST, PLACE = "anna-at-the-sea.jpg", "Anna Example", "Nowhere-on-Sea"
ADDRESS = "203.0.113.77"


def noise(side: int) -> bytes:
    """A PNG of three bytes a pixel: what cannot be compressed."""
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    return encode(Image.fromarray(pixels), "PNG", compress_level=0)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "output"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[str]:
    """The service, watched."""
    with running_server(log=log, before=AUDITED, DEEPFAKE_TRUSTED_PROXIES="127.0.0.1") as url:
        yield url


def written(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if WRITES in line]


def test_what_is_written_would_be_noticed(tmp_path: Path) -> None:
    """The tests below can fail: uploads that go to a file, as Starlette's own do, are seen."""
    log = tmp_path / "output"
    broken = "from service.web import uploads; uploads._InMemoryParser.spool_max_size = 1"
    with running_server(log=log, before=f"{AUDITED}\n{broken}") as url:
        before = len(written(log))
        httpx.post(f"{url}/predict", files={"file": noise(600)}, timeout=60)
        assert len(written(log)) > before


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/"])
@pytest.mark.parametrize("side", [580, 1800, 2550], ids=["1 MiB", "9 MiB", "19 MiB"])
def test_a_picture_never_touches_the_disk(path: str, side: int, server: str, log: Path) -> None:
    data = noise(side)
    assert len(data) < 20 * MIB
    before = written(log)
    answer = httpx.post(f"{server}{path}", files={"file": (NAME, data)}, timeout=60)
    assert answer.status_code == 200
    assert written(log) == before


@pytest.mark.parametrize("path", ["/predict", "/predict?explain=true", "/"])
def test_a_content_credential_does_not_either(path: str, server: str, log: Path) -> None:
    """The process that reads it cannot: tests/service/provenance/test_credential_reader.py."""
    before = written(log)
    signed = sign(encode(PORTRAIT))
    for data in (signed, tampered(signed)):
        answer = httpx.post(f"{server}{path}", files={"file": data}, timeout=60)
        assert answer.status_code == 200
    assert written(log) == before


def test_what_is_refused_does_not_either(server: str, log: Path) -> None:
    before = written(log)
    for data in (noise(2700), noise(1800)[: 5 * MIB], bytes(5 * MIB)):
        assert httpx.post(f"{server}/predict", files={"file": data}, timeout=60).is_client_error
    assert written(log) == before


@pytest.fixture(scope="module")
def said(server: str, log: Path) -> str:
    """All that was printed, measured and answered about a picture with a story."""
    exif = Image.Exif()
    exif[0x013B], exif[0x010E] = ARTIST, PLACE
    picture = encode(PORTRAIT, exif=exif)
    headers = {"X-Forwarded-For": ADDRESS, "User-Agent": f"{ARTIST}'s telephone"}
    answers = [
        httpx.post(f"{server}{path}", files={"file": (NAME, data)}, headers=headers, timeout=60)
        for path in ("/predict", "/predict/batch")
        for data in (picture, picture[:3000], b"GPS " + PLACE.encode())
    ]
    answers.append(httpx.get(f"{server}/{NAME}?of={ARTIST}", headers=headers))
    answers.append(httpx.get(f"{server}/metrics"))
    return "\n".join([log.read_text(), *(answer.text for answer in answers)])


@pytest.mark.parametrize("secret", [NAME, "anna", ARTIST, "Anna", PLACE, ADDRESS, "telephone"])
def test_nothing_private_is_said(secret: str, said: str) -> None:
    assert secret not in said


def test_no_line_is_long_enough_for_pixels(said: str, log: Path) -> None:
    assert said.count("\n") > 50, "there is something to look at"
    assert max(map(len, log.read_text().splitlines())) < 400
