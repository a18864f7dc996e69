"""The same path in plain FastAPI: one call of the model for each picture, in a thread pool.

python -m benchmarks.serving_plain 8000
"""

import sys
from typing import Annotated

import uvicorn
from fastapi import FastAPI, File, UploadFile
from fastapi.concurrency import run_in_threadpool

from benchmarks.peer_plain import PlainModel


def create_app() -> FastAPI:
    """A service as most are written, with TensorFlow as it comes."""
    app, model = FastAPI(), PlainModel()

    def score(data: bytes) -> float:
        return model.score([model.shown(data)])[0]

    @app.get("/readyz")
    async def readyz() -> str:
        return "ready"

    @app.post("/predict")
    async def predict(file: Annotated[UploadFile, File()]) -> dict[str, float]:
        return {"fake_probability": await run_in_threadpool(score, await file.read())}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), access_log=False, log_level="warning")
