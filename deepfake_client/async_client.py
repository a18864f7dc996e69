"""``AsyncClient``: the API for programs on asyncio."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import AsyncRetrying

from deepfake_client.answers import Answer, reaching, read
from deepfake_client.connection import CONCURRENCY, PATIENCE, TIMEOUT, connection
from deepfake_client.order import in_order
from deepfake_client.patience import patient
from deepfake_client.pictures import OF_ONE, Outcome, Picture, form
from service.scoring.schemas import Health, PredictionResponse, Served


class AsyncClient:
    """``Client``'s twin; what it takes, gives and raises is the same.

    async with AsyncClient("https://detector.example.org", key="df_…") as client:
        print((await client.predict("face.jpg")).verdict)
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        timeout: float = TIMEOUT,
        *,
        patience: float = PATIENCE,
    ) -> None:
        """As ``Client``'s."""
        self._http = httpx.AsyncClient(**connection(url, key, timeout))
        self._patience = patience

    async def predict(self, picture: Picture, *, explain: bool = False) -> PredictionResponse:
        """As ``Client.predict``; the file is read in a thread."""
        return await self._ask(
            *(PredictionResponse, "POST", "/predict", self._patience),
            files=await asyncio.to_thread(form, picture),
            params={"explain": explain},
        )

    def predict_many(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        concurrency: int = CONCURRENCY,
        explain: bool = False,
    ) -> AsyncGenerator[Outcome]:
        """As ``Client.predict_many``; those under way are cancelled if it ends early."""

        async def outcome(path: Path) -> Outcome:
            try:
                return Outcome(path, await self.predict(path, explain=explain))
            except OF_ONE as error:
                return Outcome(path, error=error)

        return in_order(outcome, map(Path, paths), concurrency)

    async def model(self) -> Served:
        """As ``Client.model``."""
        return await self._ask(Served, "GET", "/model", self._patience)

    async def wait_until_ready(self, seconds: float) -> None:
        """As ``Client.wait_until_ready``."""
        await self._ask(Health, "GET", "/readyz", seconds)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.aclose()

    async def _ask(
        self, kind: type[Answer], method: str, path: str, patience: float, **content: Any
    ) -> Answer:
        async def once() -> Answer:
            with reaching(self._http.base_url):
                response = await self._http.request(method, path, **content)
            return read(response, kind)

        return await patient(AsyncRetrying, patience)(once)
