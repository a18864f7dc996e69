"""The same path in plain FastAPI: one call of the model for each picture, in a thread pool.

python -m benchmarks.serving_plain 8000
"""

import sys
from typing import Annotated

import tensorflow as tf
import uvicorn
from fastapi import FastAPI, File, UploadFile
from fastapi.concurrency import run_in_threadpool

from service.model.manifest import Manifest
from service.pictures import faces, imaging
from service.pictures.faces import FaceFinder
from service.settings import read_settings


def create_app() -> FastAPI:
    """A service as most are written, with TensorFlow as it comes."""
    app = FastAPI()
    folder = max(read_settings().model.iterdir(), key=lambda path: int(path.name))
    manifest, finder, loaded = Manifest.read(folder), FaceFinder(), tf.saved_model.load(folder)
    model = loaded.signatures["serving_default"]

    def score(data: bytes) -> float:
        picture = imaging.decode(data, enough=2 * faces.DETECTION_SIDE)
        _, shown = faces.look(picture.pixels, finder, manifest.crop_margin, manifest.input_side)
        return float(model(image=tf.constant(shown))["fake_probability"].numpy().max())

    @app.get("/readyz")
    async def readyz() -> str:
        return "ready"

    @app.post("/predict")
    async def predict(file: Annotated[UploadFile, File()]) -> dict[str, float]:
        return {"fake_probability": await run_in_threadpool(score, await file.read())}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), access_log=False, log_level="warning")
