"""The most that the cores can give: the path from bytes to scores in a tight loop, without HTTP.

    python -m benchmarks.serving_limit face.jpg --seconds 10

Each of as many threads as there are cores decodes sixteen pictures, finds their faces, and scores
all in one call.
"""

import argparse
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from service.model.loaded import Model
from service.pictures import faces, imaging
from service.pictures.faces import FaceFinder
from service.scoring.detector import ENOUGH
from service.settings import read_settings

BATCH = 16


def rate_until(end: float, file: bytes, model: Model, finder: FaceFinder) -> float:
    """Pictures a second of one thread, up to its last batch that has begun by ``end``.

    Each has its own time: threads end a batch apart, which is seconds of large pictures.
    """
    margin, side, count = model.manifest.crop_margin, model.manifest.input_side, 0
    began = time.perf_counter()
    while time.perf_counter() < end:
        pictures = [imaging.decode(file, enough=ENOUGH) for _ in range(BATCH)]
        shown = [faces.look(picture.pixels, finder, margin, side)[1] for picture in pictures]
        model.score(np.concatenate(shown))
        count += BATCH
    return count / (time.perf_counter() - began)


def main() -> None:
    """Print pictures a second as JSON."""
    parser = argparse.ArgumentParser(description="The most that the cores can give.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    model, finder, file = Model.latest(read_settings().model), FaceFinder(), asked.file.read_bytes()
    rate_until(time.perf_counter() + 1, file, model, finder)
    with ThreadPoolExecutor() as pool:
        cores = os.cpu_count() or 1
        ends = [time.perf_counter() + asked.seconds] * cores
        rates = pool.map(lambda end: rate_until(end, file, model, finder), ends)
        print(json.dumps({"throughput": sum(rates)}))


if __name__ == "__main__":
    main()
