"""A peer as a LitServe app, as LitServe's documentation has it, with its batching."""

import signal
from collections.abc import Callable
from typing import Any

from fastapi import Request
from litserve import LitAPI, LitServer

from benchmarks.peer import Peer
from service.pictures.imaging import Pixels

BATCH = 16


class DetectorAPI(LitAPI):
    """Decode, batch, predict, unbatch, encode; ``make`` makes the peer in the worker's process."""

    def __init__(self, make: Callable[[], Peer], wait_seconds: float) -> None:
        super().__init__(max_batch_size=BATCH, batch_timeout=wait_seconds)
        self._make = make

    def setup(self, device: str) -> None:  # noqa: ARG002  # LitServe's signature
        """Load the model."""
        self._peer = self._make()

    def decode_request(self, request: Request, **_options: Any) -> Pixels:
        """A file to what the network is shown of it; LitServe hands in the form's fields."""
        return self._peer.shown(request["file"].file.read())

    def batch(self, inputs: list[Pixels]) -> list[Pixels]:
        """Pictures may have several faces, so that they stay a list."""
        return inputs

    def predict(self, x: list[Pixels], **_options: Any) -> list[float]:
        """All faces in one call."""
        return self._peer.score(x)

    def unbatch(self, output: list[float]) -> list[float]:
        """One score for each picture."""
        return output

    def encode_response(self, output: float, **_options: Any) -> dict[str, float]:
        """A score to JSON."""
        return {"fake_probability": output}


def serve(make: Callable[[], Peer], wait_seconds: float, port: int) -> None:
    """Until SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else its processes live on
    api = DetectorAPI(make, wait_seconds)
    server = LitServer(api, accelerator="cpu", healthcheck_path="/readyz")
    server.run(host="127.0.0.1", port=port, generate_client_file=False, log_level="warning")
