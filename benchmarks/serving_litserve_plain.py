"""The same path as a LitServe app as its documentation has it, with TensorFlow as it comes.

python -m benchmarks.serving_litserve_plain 8000
"""

import signal
import sys
from typing import Any

from fastapi import Request
from litserve import LitAPI, LitServer

from benchmarks.plain_model import PlainModel
from service.pictures.imaging import Pixels

BATCH, WAIT_SECONDS = 16, 0.01


class DetectorAPI(LitAPI):
    """Decode, batch, predict, unbatch, encode."""

    def setup(self, device: str) -> None:  # noqa: ARG002  # LitServe's signature
        """Load the model in the worker's process."""
        self._model = PlainModel()

    def decode_request(self, request: Request, **_options: Any) -> Pixels:
        """A file to what the network is shown of it; LitServe hands in the form's fields."""
        return self._model.shown(request["file"].file.read())

    def batch(self, inputs: list[Pixels]) -> list[Pixels]:
        """Pictures may have several faces, so that they stay a list."""
        return inputs

    def predict(self, x: list[Pixels], **_options: Any) -> list[float]:
        """All faces in one call."""
        return self._model.score(x)

    def unbatch(self, output: list[float]) -> list[float]:
        """One score for each picture."""
        return output

    def encode_response(self, output: float, **_options: Any) -> dict[str, float]:
        """A score to JSON."""
        return {"fake_probability": output}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else its processes live on
    api = DetectorAPI(max_batch_size=BATCH, batch_timeout=WAIT_SECONDS)
    server = LitServer(api, accelerator="cpu", healthcheck_path="/readyz")
    server.run(
        host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning"
    )
