"""What the service answers, as its own models or as an exception."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from deepfake_client.errors import BY_CODE, Error, Unavailable, Unreachable
from service.scoring.schemas import Problem

NOT_NOW = (429, 503)  # what they mean, whoever on the way says so

Answer = TypeVar("Answer", bound=BaseModel)


def read(response: httpx.Response, kind: type[Answer]) -> Answer:
    """The answer as a ``kind``; fields that a newer service adds are passed over.

    Raises:
        Error: it is an error, or no answer of this service.
    """
    if response.status_code != httpx.codes.OK:
        raise _error(response)
    try:
        return kind.model_validate_json(response.content, extra="ignore")
    except ValidationError as error:
        raise Error(f"{_said(response)}, not as this API does", status=200) from error


@contextmanager
def reaching(url: httpx.URL) -> Iterator[None]:
    """Turn what keeps an answer from coming into ``Unreachable``."""
    try:
        yield
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__
        raise Unreachable(f"{url}: no answer came: {reason}") from error


def _error(response: httpx.Response) -> Error:
    status = response.status_code
    try:
        told = Problem.model_validate_json(response.content)
    except ValidationError:
        code, request_id, detail = "", "", f"{_said(response)}, not as this API does"
    else:
        code, request_id, detail = told.code, told.request_id, told.detail
    kind = BY_CODE.get(code, Unavailable if status in NOT_NOW else Error)
    error = kind(detail, code=code, status=status, request_id=request_id)
    if isinstance(error, Unavailable):
        error.retry_after = _seconds(response.headers.get("Retry-After", ""))
    return error


def _said(response: httpx.Response) -> str:
    return f"{response.request.url} answered {response.status_code} {response.reason_phrase}"


def _seconds(retry_after: str) -> float:
    """What the header asks for; 0 without one, and of a date, which this service never sends."""
    return float(retry_after) if retry_after.isdecimal() else 0.0
