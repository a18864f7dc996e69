"""The same path in plain FastAPI: one call of the model for each picture, in a thread pool.

python -m benchmarks.serving_plain 8000
"""

import sys
from typing import Annotated

import uvicorn
from fastapi import FastAPI, File, UploadFile
from fastapi.concurrency import run_in_threadpool

from service import faces, imaging
from service.detector import ENOUGH
from service.faces import FaceFinder
from service.model import Model
from service.settings import read_settings


def create_app() -> FastAPI:
    """A service as most are written."""
    app = FastAPI()
    model, finder = Model.latest(read_settings().model), FaceFinder()
    margin, side = model.manifest.crop_margin, model.manifest.input_side

    def score(data: bytes) -> float:
        picture = imaging.decode(data, enough=ENOUGH)
        _, shown = faces.look(picture.pixels, finder, margin, side)
        return float(model.score(shown).max())

    @app.get("/readyz")
    async def readyz() -> str:
        return "ready"

    @app.post("/predict")
    async def predict(file: Annotated[UploadFile, File()]) -> dict[str, float]:
        return {"fake_probability": await run_in_threadpool(score, await file.read())}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), access_log=False, log_level="warning")
