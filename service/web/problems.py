"""Errors as ``application/problem+json`` (RFC 9457): one shape for every one of them."""

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from service import metrics
from service.errors import DeepfakeError
from service.scoring.schemas import Problem
from service.web.refusals import InvalidParameter

MEDIA_TYPE = "application/problem+json"


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error with a problem."""
    app.add_exception_handler(DeepfakeError, _on_own)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unforeseen)


def responses(*kinds: type[DeepfakeError]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries for the errors that a route can answer with, an example for each."""
    by_status: dict[int | str, list[type[DeepfakeError]]] = defaultdict(list)
    for kind in kinds:
        by_status[kind.status].append(kind)
    return {status: _response(group) for status, group in sorted(by_status.items(), key=str)}


def _response(group: list[type[DeepfakeError]]) -> dict[str, Any]:
    examples = {
        kind.code: {
            "summary": kind.title,
            "value": _problem(kind.status, kind.title, kind.code, str(kind.__doc__)).model_dump(),
        }
        for kind in group
    }
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema(), "examples": examples}}
    return {"description": " / ".join(kind.title for kind in group), "content": content}


def _problem(status: int, title: str, code: str, detail: str) -> Problem:
    return Problem(
        type=f"urn:deepfake:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        request_id=correlation_id.get() or "",
    )


def _answer(
    request: Request, problem: Problem, headers: dict[str, str] | None = None
) -> JSONResponse:
    content = problem.model_dump()
    if request.scope["path"].startswith("/v2/"):  # that protocol's clients look for this member
        content["error"] = problem.detail
    return JSONResponse(content, problem.status, headers, MEDIA_TYPE)


def problem_of(error: DeepfakeError) -> Problem:
    """One of our own errors as it goes over the wire; counts it as a refusal."""
    metrics.REFUSALS.labels(error.code).inc()
    return _problem(error.status, error.title, error.code, str(error))


def answer(request: Request, error: DeepfakeError) -> JSONResponse:
    """What a request is answered that ends in one of our own errors."""
    return _answer(request, problem_of(error), error.headers)


async def _on_own(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DeepfakeError)  # noqa: S101  # what it is registered for
    return answer(request, error)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "_")
    problem = _problem(status, status.phrase, code, status.description or status.phrase)
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED and (allowed := _allowed(request)):
        headers["Allow"] = allowed
    return _answer(request, problem, headers)


def _allowed(request: Request) -> str:
    """By which methods a path may be asked; the framework names those of its first route alone."""
    found = [
        method
        for method in ("GET", "POST")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]
    return ", ".join([*found, *(["HEAD"] if "GET" in found else [])])


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    return answer(request, InvalidParameter(f"{first['loc'][-1]}: {first['msg']}."))


async def _on_unforeseen(request: Request, _error: Exception) -> JSONResponse:
    kind = DeepfakeError
    detail = "Something went wrong here; the picture was not scored. The log has the reason."
    return _answer(request, _problem(kind.status, kind.title, kind.code, detail))
