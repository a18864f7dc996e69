"""Reading the body: kept in memory, never on the disk, and counted while it comes."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request

from service.errors import BodyTooLarge
from service.web.refusals import EncodedBody, MissingFile, NotMultipart, TooManyParts, UploadError
from service.web.uploads import Upload, read_body, read_upload, read_uploads

MIB = 2**20
HEAD = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
TAIL = b"\r\n--edge--\r\n"


def request_of(chunks: list[bytes], headers: dict[str, str]) -> tuple[Request, Callable[[], int]]:
    """A request whose body comes in `chunks`, and how many of them were asked for."""
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        body = chunks[asked - 1]
        return {"type": "http.request", "body": body, "more_body": asked < len(chunks)}

    given = {"content-type": "multipart/form-data; boundary=edge", **headers}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return Request({"type": "http", "headers": raw}, receive), lambda: asked


def test_a_large_file_stays_in_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No temporary folder can be written here, as in a container with a read-only root."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    request, _ = request_of([HEAD, bytes(8 * MIB), TAIL], {})
    assert asyncio.run(read_upload(request, 10 * MIB)).data == bytes(8 * MIB)


def test_starlettes_own_parser_would_have_written_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The test above can fail: this is what it guards against."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    request, _ = request_of([HEAD, bytes(8 * MIB), TAIL], {})

    async def read() -> None:
        await request.form()

    with pytest.raises(FileNotFoundError):
        asyncio.run(read())


def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    request, asked = request_of([HEAD, bytes(MIB), TAIL], {"content-length": str(2 * MIB)})
    with pytest.raises(BodyTooLarge, match="1 MiB"):
        asyncio.run(read_upload(request, MIB))
    assert asked() == 0


@pytest.mark.parametrize("length", ["9" * 5000, "0" * 5000 + "9" * 12])
def test_a_length_of_any_number_of_digits_is_refused(length: str) -> None:
    request, _ = request_of([HEAD, TAIL], {"content-length": length})
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_upload(request, MIB))


@pytest.mark.parametrize("length", ["", "a lot", "-1", "1e9", "\u00b2"])
def test_a_length_that_is_no_number_is_left_aside(length: str) -> None:
    request, _ = request_of([HEAD, b"picture", TAIL], {"content-length": length})
    assert asyncio.run(read_upload(request, MIB)).data == b"picture"


def test_an_undeclared_length_is_counted_and_reading_stops_at_the_limit() -> None:
    request, asked = request_of([HEAD, *[bytes(MIB)] * 50, TAIL], {})
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_upload(request, 3 * MIB))
    assert asked() == 4


def test_a_length_that_lies_is_counted_all_the_same() -> None:
    request, _ = request_of([HEAD, *[bytes(MIB)] * 5, TAIL], {"content-length": "10"})
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_upload(request, 3 * MIB))


@pytest.mark.parametrize("body", [b"\r\nedge", b"\r\n)" + HEAD + b"picture" + TAIL])
def test_what_is_read_does_not_depend_on_how_it_came(body: bytes) -> None:
    """Found by Hypothesis: the parser takes what precedes the first boundary by chunks."""

    def read(*chunks: bytes) -> bytes | str:
        request, _ = request_of(list(chunks), {})
        try:
            return asyncio.run(read_upload(request, MIB)).data
        except UploadError as error:
            return error.code

    whole = read(body)
    assert {read(body[:cut], body[cut:]) for cut in range(1, len(body))} == {whole}


@pytest.mark.parametrize("before", [b"", b"\r\n", b"This is a multi-part message.\r\n", b"--\r\n"])
@pytest.mark.parametrize("after", [b"", b"\r\n", b"\r\n--edge or so"])
def test_what_stands_before_and_behind_a_form_is_not_looked_at(before: bytes, after: bytes) -> None:
    request, _ = request_of([before, HEAD + b"picture", TAIL.rstrip() + after], {})
    assert asyncio.run(read_upload(request, MIB)).data == b"picture"


@pytest.mark.parametrize("size", [1, 2**16 - 1, 2**16, 2**16 + 1, 3 * 2**16 + 5])
@pytest.mark.parametrize("step", [1000, 2**16, 2**18])
def test_a_file_of_any_length_comes_whole(size: int, step: int) -> None:
    picture = bytes(range(256)) * (size // 256) + bytes(size % 256)
    body = HEAD + picture + TAIL
    chunks = [body[start : start + step] for start in range(0, len(body), step)]
    request, _ = request_of(chunks, {})
    assert asyncio.run(read_upload(request, MIB)).data == picture


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (b'; filename="a"', "a"),
        ('; filename="DALL\u00b7E.png"'.encode(), "DALL\u00b7E.png"),
        (b'; filename=""', ""),
        (b"; filename*=UTF-8''DALL%C2%B7E.png", "DALL%C2%B7E.png"),
        (b"; FileName*=utf-8'en'DALL%C2%B7E.png", "DALL%C2%B7E.png"),
        (b"; filename*=\"utf-8''a b.png\"", "a"),
        (b"; filename*=a.png", ""),
        (b"; filename*=UTF-8''b.png; filename=\"a.png\"", "a.png"),
    ],
)
def test_a_files_name_comes_with_it(sent: bytes, name: str) -> None:
    request, _ = request_of([HEAD.replace(b'; filename="a"', sent), b"picture", TAIL], {})
    assert asyncio.run(read_upload(request, MIB)) == Upload(b"picture", name)


def test_the_limit_is_inclusive() -> None:
    body = HEAD + b"picture" + TAIL

    request, _ = request_of([body], {"content-length": str(len(body))})
    assert asyncio.run(read_upload(request, len(body))).data == b"picture"
    request, _ = request_of([body], {"content-length": str(len(body))})
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_upload(request, len(body) - 1))


@pytest.mark.parametrize(
    "kind", ["Multipart/Form-Data; boundary=edge", 'MULTIPART/FORM-DATA ;Boundary="edge"']
)
def test_a_media_type_has_no_case(kind: str) -> None:
    request, _ = request_of([HEAD + b"picture" + TAIL], {"content-type": kind})
    assert asyncio.run(read_upload(request, MIB)).data == b"picture"


@pytest.mark.parametrize("kind", ["multipart/form-database; boundary=edge", "multipart/mixed", ""])
def test_another_media_type_is_refused(kind: str) -> None:
    request, _ = request_of([HEAD + b"picture" + TAIL], {"content-type": kind})
    with pytest.raises(NotMultipart):
        asyncio.run(read_upload(request, MIB))


NAMINGS = {
    "no name": b'form-data; name="file"',
    "no name, but a semicolon": b'form-data; name="file";',
    "an extended name": b"form-data; name=\"file\"; filename*=utf-8''f%C3%A4ce.jpg",
    "an extended name first": b"form-data; filename*=utf-8''a.jpg; name=file",
    "an empty name": b'form-data; name="file"; filename=""',
    "both names": b'form-data; name="file"; filename="a.jpg"; filename*=utf-8\'\'b.jpg',
    "parameters in capitals": b'form-data; NAME="file"; FileName="a.jpg"',
    "a type of its own": b'form-data; name="file"\r\nContent-Type: image/jpeg',
}


def a_part(disposition: bytes, data: bytes) -> bytes:
    return b"--edge\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + data + b"\r\n"


@pytest.mark.parametrize("size", [7, 3 * MIB], ids=["small", "large"])
@pytest.mark.parametrize("naming", NAMINGS)
def test_a_file_needs_no_name(naming: str, size: int) -> None:
    picture = bytes(range(1, 8)) * (size // 7)
    request, _ = request_of([a_part(NAMINGS[naming], picture), b"--edge--\r\n"], {})
    assert asyncio.run(read_upload(request, 10 * MIB)).data == picture


def test_several_files_need_no_names() -> None:
    parts = [a_part(disposition, b"%d" % at) for at, disposition in enumerate(NAMINGS.values())]
    request, _ = request_of([*parts, b"--edge--\r\n"], {})
    files = asyncio.run(read_uploads(request, MIB))
    assert [it.data for it in files] == [b"%d" % at for at in range(len(NAMINGS))]


def test_what_is_in_another_field_is_no_file() -> None:
    other = a_part(b'form-data; name="picture"', b"picture")
    request, _ = request_of([other, b"--edge--\r\n"], {})
    with pytest.raises(MissingFile, match="No file came in the field 'file'"):
        asyncio.run(read_upload(request, MIB))
    request, _ = request_of([other, HEAD + b"picture" + TAIL], {})
    with pytest.raises(TooManyParts):
        asyncio.run(read_upload(request, MIB))


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "br", "zstd", "identity, gzip", "y" * 60_000])
def test_an_encoded_body_is_refused_unread_by_the_name_of_its_encoding(coding: str) -> None:
    for read in (read_upload, read_uploads, read_body):
        request, asked = request_of([HEAD, b"picture", TAIL], {"content-encoding": coding})
        with pytest.raises(EncodedBody) as caught:
            asyncio.run(read(request, MIB))
        assert coding[:40] in str(caught.value)
        assert len(str(caught.value)) < 100
        assert asked() == 0


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Transfer-Encoding: base64",
        b"content-transfer-encoding:Quoted-Printable",
        b"Content-Encoding: gzip",
    ],
)
def test_an_encoded_part_is_refused_by_the_name_of_its_encoding(header: bytes) -> None:
    part = a_part(b'form-data; name="file"; filename="a.jpg"\r\n' + header, b"cGljdHVyZQ==")
    request, _ = request_of([part, b"--edge--\r\n"], {})
    coding = header.partition(b":")[2].strip().decode()
    with pytest.raises(EncodedBody, match=f"The part is encoded as {coding}; send it as it is"):
        asyncio.run(read_upload(request, MIB))


@pytest.mark.parametrize("coding", [b"binary", b"8BIT", b"7bit", b"identity"])
def test_a_part_that_is_not_encoded_may_say_so(coding: bytes) -> None:
    header = b"\r\nContent-Transfer-Encoding: " + coding
    part = a_part(b'form-data; name="file"; filename="a.jpg"' + header, b"picture")
    request, _ = request_of([part, b"--edge--\r\n"], {})
    assert asyncio.run(read_upload(request, MIB)).data == b"picture"


@pytest.mark.parametrize(
    "coding", ["", "identity", " Identity ", "identity, identity", "identity,"]
)
def test_a_body_that_is_not_encoded_may_say_so(coding: str) -> None:
    request, _ = request_of([HEAD + b"picture" + TAIL], {"content-encoding": coding})
    assert asyncio.run(read_upload(request, MIB)).data == b"picture"
