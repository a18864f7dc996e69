"""The same path as a Ray Serve deployment as its documentation has it, TensorFlow as it comes.

python -m benchmarks.serving_ray_plain 8000
"""

import sys
from typing import Annotated

from fastapi import FastAPI, File, UploadFile
from fastapi.concurrency import run_in_threadpool
from ray import serve

from benchmarks.on_ray import serve_until_sigterm
from benchmarks.peer_plain import PlainModel
from service.model.cores import available_cores
from service.pictures.imaging import Pixels

BATCH, WAIT_SECONDS = 16, 0.01
CORES = available_cores()
app = FastAPI()


# A replica must be given more than a batch at a time, or there is none to wait for the next.
@serve.deployment(max_ongoing_requests=4 * BATCH, ray_actor_options={"num_cpus": CORES})
@serve.ingress(app)
class Detector:
    """One replica with all cores."""

    def __init__(self) -> None:
        self._model = PlainModel()

    @app.get("/readyz")
    async def readyz(self) -> str:
        """Ray routes to a replica once it is made."""
        return "ready"

    @app.post("/predict")
    async def predict(self, file: Annotated[UploadFile, File()]) -> dict[str, float]:
        """Decode beside the event loop, then wait for the batch."""
        shown = await run_in_threadpool(self._model.shown, await file.read())
        return {"fake_probability": await self.score(shown)}

    @serve.batch(max_batch_size=BATCH, batch_wait_timeout_s=WAIT_SECONDS)  # type: ignore[untyped-decorator]
    async def score(self, pictures: list[Pixels]) -> list[float]:
        """All faces in one call."""
        return await run_in_threadpool(self._model.score, pictures)


if __name__ == "__main__":
    application = Detector.bind()  # type: ignore[attr-defined]
    serve_until_sigterm(application, int(sys.argv[1]), CORES)
