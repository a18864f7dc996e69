"""A real service with the toy, and clients of both kinds that are used alike."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from deepfake_client import AsyncClient, Client, Outcome, PredictionResponse
from deepfake_client.pictures import Picture
from tests.conftest import running_server

Result = TypeVar("Result")


@pytest.fixture(scope="session")
def served(toys: Path) -> Iterator[str]:
    """The address of a service that answers with the toy."""
    with running_server(DEEPFAKE_MODEL=str(toys)) as url:
        yield url


@pytest.fixture
def photo(tmp_path: Path, face: bytes) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(face)
    return path


class Asking:
    """``Client``, one of which is made for each call, so that the twin can be used in its place."""

    def __init__(self, url: str, key: str | None = None, **options: float) -> None:
        self._make: Callable[[], Client] = lambda: Client(url, key, **options)

    def predict(self, picture: Picture, *, explain: bool = False) -> PredictionResponse:
        with self._make() as client:
            return client.predict(picture, explain=explain)

    def predict_many(self, paths: list[Path], concurrency: int = 4) -> list[Outcome]:
        with self._make() as client:
            return list(client.predict_many(paths, concurrency=concurrency))

    def wait_until_ready(self, seconds: float) -> None:
        with self._make() as client:
            client.wait_until_ready(seconds)

    def thresholds(self) -> tuple[float, float]:
        with self._make() as client:
            given = client.model().thresholds
            return given.real_below, given.fake_above


class AskingAsync(Asking):
    """The same of ``AsyncClient``."""

    def __init__(self, url: str, key: str | None = None, **options: float) -> None:
        self._make_async: Callable[[], AsyncClient] = lambda: AsyncClient(url, key, **options)

    def _run(self, ask: Callable[[AsyncClient], Coroutine[Any, Any, Result]]) -> Result:
        async def asked() -> Result:
            async with self._make_async() as client:
                return await ask(client)

        return asyncio.run(asked())

    def predict(self, picture: Picture, *, explain: bool = False) -> PredictionResponse:
        return self._run(lambda client: client.predict(picture, explain=explain))

    def predict_many(self, paths: list[Path], concurrency: int = 4) -> list[Outcome]:
        async def many(client: AsyncClient) -> list[Outcome]:
            return [it async for it in client.predict_many(paths, concurrency=concurrency)]

        return self._run(many)

    def wait_until_ready(self, seconds: float) -> None:
        self._run(lambda client: client.wait_until_ready(seconds))

    def thresholds(self) -> tuple[float, float]:
        given = self._run(lambda client: client.model()).thresholds
        return given.real_below, given.fake_above


@pytest.fixture(params=[Asking, AskingAsync], ids=["Client", "AsyncClient"])
def asking(request: pytest.FixtureRequest) -> type[Asking]:
    """Both clients in turn."""
    kind: type[Asking] = request.param
    return kind
