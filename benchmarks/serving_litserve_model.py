"""The same path as a LitServe app, with its batching and our model class.

python -m benchmarks.serving_litserve_model 8000
"""

import signal
import sys
from typing import Any

import numpy as np
from fastapi import Request
from litserve import LitAPI, LitServer

from service.model.loaded import Model
from service.pictures import faces, imaging
from service.pictures.faces import FaceFinder
from service.pictures.imaging import Pixels
from service.scoring.detector import ENOUGH
from service.settings import read_settings

BATCH, WAIT_SECONDS = 16, 0.002


class DetectorAPI(LitAPI):
    """Decode, batch, predict, unbatch, encode."""

    def setup(self, device: str) -> None:  # noqa: ARG002  # LitServe's signature
        """Load the model in the worker's process."""
        self._model, self._finder = Model.latest(read_settings().model), FaceFinder()

    def decode_request(self, request: Request, **_options: Any) -> Pixels:
        """A file to what the network is shown of it; LitServe hands in the form's fields."""
        picture = imaging.decode(request["file"].file.read(), enough=ENOUGH)
        manifest = self._model.manifest
        _, shown = faces.look(
            picture.pixels, self._finder, manifest.crop_margin, manifest.input_side
        )
        return shown

    def batch(self, inputs: list[Pixels]) -> list[Pixels]:
        """Pictures may have several faces, so that they stay a list."""
        return inputs

    def predict(self, x: list[Pixels], **_options: Any) -> list[float]:
        """All faces in one call."""
        scores = self._model.score(np.concatenate(x))
        ends = np.cumsum([len(shown) for shown in x])[:-1]
        return [float(part.max()) for part in np.split(scores, ends)]

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
