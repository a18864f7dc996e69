"""docs/hostile.md is true: each case gets the code that stands there, soon and in little memory."""

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import ROOT
from tests.hostile_bodies import BODIES
from tests.hostile_files import FILES, Hostile

SECONDS = 5.0  # most take milliseconds; the machine may be busy
MIB = 2**20
PEAK = 300 * MIB  # over what the imports take; one allowed picture of 50 megapixels takes 150

DECODE_ALL = """
import contextlib, resource
from service.pictures import imaging
from service.errors import ImageError
from tests.hostile_files import FILES

files = [file.make() for file in FILES]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for data in files:
    with contextlib.suppress(ImageError):
        imaging.decode(data)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def code_of(answer: httpx.Response) -> str:
    if answer.status_code == 200:
        return "scored"
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["code"])


def name_of(case: Hostile) -> str:
    return case.name


@pytest.mark.parametrize("case", FILES, ids=name_of)
def test_a_hostile_file(case: Hostile, server: str) -> None:
    data = case.make()
    began = time.monotonic()
    answer = httpx.post(f"{server}/predict", files={"file": data}, timeout=60)
    assert code_of(answer) == case.code
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("case", BODIES, ids=name_of)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_hostile_body(case: Hostile, chunked: bool, server: str) -> None:
    data = case.make()
    chunks = (data[start : start + 65536] for start in range(0, len(data), 65536))
    content: bytes | Iterator[bytes] = chunks if chunked else data
    headers = {"content-type": case.type}
    began = time.monotonic()
    answer = httpx.post(f"{server}/predict", content=content, headers=headers, timeout=60)
    assert code_of(answer) == case.code
    assert time.monotonic() - began < SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has another unit elsewhere")
def test_no_file_takes_much_memory() -> None:
    command = [sys.executable, "-W", "ignore", "-c", DECODE_ALL]
    kibibytes = subprocess.check_output(command, cwd=ROOT, text=True)
    assert int(kibibytes) * 1024 < PEAK


def table(title: str, cases: list[Hostile], test: str) -> str:
    """As it stands in the docs."""
    rows = [f"| {case.name} | {case.limit} | `{case.code}` |" for case in cases]
    head = [
        f"## {title}",
        "",
        f"Held by `{test}`.",
        "",
        "| sent | limit | answer |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows])


@pytest.mark.parametrize(
    ("title", "cases", "test"),
    [("Files", FILES, "test_a_hostile_file"), ("Bodies", BODIES, "test_a_hostile_body")],
)
def test_the_docs_have_each_case(title: str, cases: list[Hostile], test: str) -> None:
    expected = table(title, cases, test)
    assert expected in (ROOT / "docs" / "hostile.md").read_text(), f"it must hold:\n\n{expected}"
