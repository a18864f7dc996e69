"""One error shape for everything, also for what nobody foresaw; and the tree in its two files."""

import asyncio
import inspect

import httpx
import pytest
from fastapi import FastAPI

from service import errors
from service.web import problems, refusals


def all_errors(kind: type[errors.DeepfakeError]) -> list[type[errors.DeepfakeError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in all_errors(child))]


FAMILIES = (errors.DeepfakeError, refusals.UploadError, errors.ImageError, refusals.Unavailable)
START_ONLY = (
    errors.ArtifactError,
    errors.BulkError,
    errors.CalibrationError,
    errors.FaceModelError,
    errors.MissingExtra,
    errors.SettingsError,
    errors.TableError,
    errors.ThresholdsError,
)
ANSWERED = [
    kind
    for kind in all_errors(errors.DeepfakeError)
    if kind not in FAMILIES and kind not in START_ONLY
]


def get(app: FastAPI, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    problems.install(app)
    return app


@pytest.mark.parametrize("kind", ANSWERED)
def test_every_error_has_a_code_of_its_own_and_stands_in_the_drawing(
    kind: type[errors.DeepfakeError],
) -> None:
    assert [other.code for other in ANSWERED].count(kind.code) == 1
    drawing = f"{inspect.getdoc(errors)}\n{inspect.getdoc(refusals)}".splitlines()
    line = next(line for line in drawing if f" {kind.__name__} " in line)
    assert line.split()[-2:] == [str(kind.status), kind.code]


@pytest.mark.parametrize("kind", ANSWERED)
def test_every_error_becomes_a_problem(app: FastAPI, kind: type[errors.DeepfakeError]) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise kind("what is wrong")

    response = get(app, "/broken")
    assert response.status_code == kind.status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": f"urn:deepfake:problem:{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": "what is wrong",
        "code": kind.code,
        "request_id": "",
    }


def test_the_unforeseen_is_a_problem_that_gives_nothing_away(app: FastAPI) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a secret")

    response = get(app, "/broken")
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("GET", "/predict", 405, "method_not_allowed")],
)
def test_the_frameworks_own_errors_have_the_same_shape(
    server: str, method: str, path: str, status: int, code: str
) -> None:
    response = httpx.request(method, server + path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert status != 405 or response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", {"GET", "HEAD", "POST"}),
        ("/model", {"GET", "HEAD"}),
        ("/static/page.js", {"GET", "HEAD"}),
        ("/predict", {"POST"}),
        ("/v2/models/deepfake", {"GET", "HEAD"}),
        ("/v2/models/deepfake/infer", {"POST"}),
    ],
)
@pytest.mark.parametrize("method", ["DELETE", "OPTIONS"])
def test_who_asks_by_a_wrong_method_is_told_all_right_ones(
    method: str, path: str, methods: set[str], server: str
) -> None:
    response = httpx.request(method, server + path)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == methods
