"""The one file of a multipart request, read into memory within a limit; never onto the disk."""

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.errors import (
    BodyTooLarge,
    MalformedMultipart,
    MissingFile,
    NotMultipart,
    TooManyParts,
)

FIELD = "file"
MAX_PARTS = 8  # of each kind; one is used, more are an error that can be named

# How the OpenAPI document describes what `read_upload` reads.
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {
                        FIELD: {
                            "type": "string",
                            "format": "binary",
                            "description": "The picture: JPEG, PNG, WebP, BMP, GIF or TIFF.",
                        }
                    },
                }
            }
        },
    }
}


class _InMemoryParser(MultiPartParser):
    spool_max_size = 0  # to a spooled file, 0 means that it never rolls over to the disk


async def read_upload(request: Request, max_body_bytes: int) -> bytes:
    """The bytes of the file in the field ``file``; may be empty.

    Raises:
        UploadError: the body is too large, not multipart, or does not hold just one file.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise NotMultipart(f"Send multipart/form-data with the picture in the field '{FIELD}'.")
    parser = _InMemoryParser(
        request.headers,
        _limited(request, max_body_bytes),
        max_files=MAX_PARTS,
        max_fields=MAX_PARTS,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise MalformedMultipart(f"The body cannot be read: {error.message}") from error
    try:
        return await _only_file(form).read()
    finally:
        await form.close()


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The body's chunks, counted, since a chunked body states no length beforehand."""
    declared = request.headers.get("content-length", "0")
    received = int(declared) if declared.isdecimal() else 0
    if received > limit:
        raise _too_large(limit)
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit:
            raise _too_large(limit)
        yield chunk


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit / 2**20:.3g} MiB ({limit:,} bytes).")


def _only_file(form: FormData) -> UploadFile:
    files = [value for name, value in form.multi_items() if name == FIELD]
    if len(form.multi_items()) > 1:
        raise TooManyParts(f"Send one file in the field '{FIELD}' and nothing else.")
    if not files or not isinstance(files[0], UploadFile):
        raise MissingFile(f"No file came in the field '{FIELD}'.")
    return files[0]
