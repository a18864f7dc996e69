"""What a request brings, read into memory within limits; never onto the disk."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.errors import BodyTooLarge
from service.pictures import formats
from service.web.refusals import (
    EncodedBody,
    MalformedMultipart,
    MissingFile,
    NotMultipart,
    TooManyParts,
)

FIELD = "file"
MAX_FILES = 32  # of one request
PIECE = 64 * 1024  # bytes that the parser is given at a time
PLAIN = {"", "identity", "binary", "8bit", "7bit"}  # encodings that change nothing
ENCODINGS = {b"content-encoding", b"content-transfer-encoding"}  # headers of a part
# A name in RFC 5987's way; its escapes are left as they are.
_EXTENDED_NAME = re.compile(rb"""filename\*\s*=\s*"?[\w-]*'[\w-]*'([^;"\s]*)""", re.IGNORECASE)
SLACK = 8  # parts more than are used, so that too many are an error that can be named

_FILE = {
    "type": "string",
    "format": "binary",
    "description": f"The picture: {formats.in_words()}.",
}
_FILES = {"type": "array", "minItems": 1, "maxItems": MAX_FILES, "items": _FILE}


def _body(field: dict[str, Any]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": [FIELD],
        "properties": {FIELD: field},
        "additionalProperties": False,
    }
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


# How the OpenAPI document describes what `read_upload` and `read_uploads` read.
ONE_FILE, SEVERAL_FILES = _body(_FILE), _body(_FILES)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file's bytes, which may be none, and the name that it was sent with, or an empty one."""

    data: bytes
    name: str


class _InMemoryParser(MultiPartParser):
    spool_max_size = 0  # to a spooled file, 0 means that it never rolls over to the disk
    complete = True

    def on_part_begin(self) -> None:
        self.complete = False
        super().on_part_begin()

    def on_headers_finished(self) -> None:
        """What makes a part a file is its field; not every client gives it a name as well."""
        part = self._current_part
        disposition = part.content_disposition or b""
        _, options = parse_options_header(disposition)
        if options.get(b"name") == FIELD.encode() and b"filename" not in options:
            extended = _EXTENDED_NAME.search(disposition)
            name = extended[1] if extended else b""
            part.content_disposition = disposition + b'; filename="%b"' % name
        for header, coding in part.item_headers:
            if header in ENCODINGS:
                _check_plain("part", coding.decode("latin-1"))
        super().on_headers_finished()

    def on_end(self) -> None:
        self.complete = True
        super().on_end()

    def close(self) -> None:
        """Give back what the files take, also the one that the body ended in."""
        for file in self._files_to_close_on_error:
            file.close()


async def read_upload(request: Request, max_body_bytes: int) -> Upload:
    """The file in the field ``file``.

    Raises:
        UploadError: the body is too large, not multipart, or does not hold just one file.
    """
    (upload,) = await read_uploads(request, max_body_bytes, most=1)
    return upload


async def read_uploads(
    request: Request, max_body_bytes: int, most: int = MAX_FILES
) -> list[Upload]:
    """The files in the field ``file``, in their order.

    Raises:
        UploadError: the body is too large, not multipart, or holds no file, more than ``most``, or
            something else.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise NotMultipart(f"Send multipart/form-data with the picture in the field '{FIELD}'.")
    parser = _InMemoryParser(
        request.headers,
        _begun(_even(_limited(request, max_body_bytes)), options.get(b"boundary", b"")),
        max_files=most + SLACK,
        max_fields=SLACK,
    )
    try:
        form = await parser.parse()
        if not parser.complete:
            raise MalformedMultipart("The body ends before its last boundary.")
        return [Upload(await it.read(), it.filename or "") for it in _files(form, most)]
    except MultiPartException as error:
        raise MalformedMultipart(f"The body cannot be read: {error.message}") from error
    finally:
        parser.close()


async def read_body(request: Request, max_body_bytes: int) -> bytes:
    """The whole body, whatever it is.

    Raises:
        EncodedBody, BodyTooLarge
    """
    return b"".join([chunk async for chunk in _limited(request, max_body_bytes)])


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The body's chunks, counted, since a chunked body states no length beforehand."""
    _check_plain("body", ", ".join(request.headers.getlist("content-encoding")))
    declared = request.headers.get("content-length", "").lstrip("0")
    digits = len(declared) if declared.isdecimal() else 0
    if digits > len(str(limit)) or (digits and int(declared) > limit):
        raise _too_large(limit)
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit:
            raise _too_large(limit)
        yield chunk


async def _even(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same bytes in pieces of one length: how they came may not decide what is read.

    The parser skips what stands before the first boundary only up to the end of a piece.
    """
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)


async def _begun(
    pieces: AsyncGenerator[bytes, None], boundary: bytes
) -> AsyncGenerator[bytes, None]:
    """The same from the first boundary on: what stands before it is for nobody (RFC 2046 5.1.1)."""
    first = await anext(pieces, b"")
    found = re.search(rb"(?:\A|\r\n)(?=--" + re.escape(boundary) + rb")", first)
    yield first[found.end() :] if found else first
    async for piece in pieces:
        yield piece


def _check_plain(what: str, coding: str) -> None:
    """``coding`` is a header's value: the names of encodings, by comma."""
    if not PLAIN.issuperset(it.strip().lower() for it in coding.split(",")):
        raise EncodedBody(f"The {what} is encoded as {coding[:40]}; send it as it is.")


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit / 2**20:.3g} MiB ({limit:,} bytes).")


def _files(form: FormData, most: int) -> list[UploadFile]:
    parts = form.multi_items()
    files = [part for name, part in parts if name == FIELD and isinstance(part, UploadFile)]
    if len(parts) > most or (files and len(files) < len(parts)):
        wanted = "one file" if most == 1 else f"at most {most} files"
        raise TooManyParts(f"Send {wanted} in the field '{FIELD}' and nothing else.")
    if not files:
        raise MissingFile(f"No file came in the field '{FIELD}'.")
    return files
