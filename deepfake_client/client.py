"""``Client``: the API for programs that wait."""

import os
from collections.abc import Generator, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import Retrying

from deepfake_client.answers import Answer, reaching, read
from deepfake_client.connection import CONCURRENCY, PATIENCE, TIMEOUT, connection
from deepfake_client.order import in_order_by_threads
from deepfake_client.patience import patient
from deepfake_client.pictures import OF_ONE, Outcome, Picture, form
from service.scoring.schemas import Health, PredictionResponse, Served


class Client:
    """Asks one service; threads may share it.

    with Client("https://detector.example.org", key="df_…") as client:
        print(client.predict("face.jpg").verdict)
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        timeout: float = TIMEOUT,
        *,
        patience: float = PATIENCE,
    ) -> None:
        """Nothing is sent yet.

        ``timeout`` is the longest wait, in seconds, for a connection or for the next bytes.
        ``patience`` is how long, in seconds, a request that the service cannot take now, or whose
        connection breaks, is sent again; 0 is never.

        Raises:
            ValueError: ``url`` is no address of a web server, or ``key`` can be none.
        """
        self._http = httpx.Client(**connection(url, key, timeout))
        self._patience = patience

    def predict(self, picture: Picture, *, explain: bool = False) -> PredictionResponse:
        """Score a picture: its path, its bytes, or a binary file; with heatmaps if ``explain``.

        Raises:
            Error: there is no prediction, for a reason of ``deepfake_client.errors``.
            OSError: the file cannot be read.
        """
        return self._ask(
            *(PredictionResponse, "POST", "/predict", self._patience),
            files=form(picture),
            params={"explain": explain},
        )

    def predict_many(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        concurrency: int = CONCURRENCY,
        explain: bool = False,
    ) -> Generator[Outcome]:
        """Score pictures, ``concurrency`` at a time; their outcomes come in their order.

        What is wrong with one picture (``PictureError``, ``OSError``) is the error of its outcome,
        and the others go on.

        Raises:
            Error: what would keep the other pictures as well, such as a key that is not known.
        """

        def outcome(path: Path) -> Outcome:
            try:
                return Outcome(path, self.predict(path, explain=explain))
            except OF_ONE as error:
                return Outcome(path, error=error)

        return in_order_by_threads(outcome, map(Path, paths), concurrency)

    def model(self) -> Served:
        """The served model's own description: thresholds, results on its test.

        Raises:
            Error: there is none.
        """
        return self._ask(Served, "GET", "/model", self._patience)

    def wait_until_ready(self, seconds: float) -> None:
        """Return once the service can be given work.

        Raises:
            Unavailable: it could not within ``seconds``.
            Error: what answers is another server.
        """
        self._ask(Health, "GET", "/readyz", seconds)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def _ask(
        self, kind: type[Answer], method: str, path: str, patience: float, **content: Any
    ) -> Answer:
        def once() -> Answer:
            with reaching(self._http.base_url):
                response = self._http.request(method, path, **content)
            return read(response, kind)

        return patient(Retrying, patience)(once)
