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


def count_until(end: float, file: bytes, model: Model, finder: FaceFinder) -> int:
    """How many pictures one thread has scored by ``end``, on the clock of ``perf_counter``."""
    margin, side, count = model.manifest.crop_margin, model.manifest.input_side, 0
    while time.perf_counter() < end:
        pictures = [imaging.decode(file, enough=ENOUGH) for _ in range(BATCH)]
        shown = [faces.look(picture.pixels, finder, margin, side)[1] for picture in pictures]
        model.score(np.concatenate(shown))
        count += BATCH
    return count


def main() -> None:
    """Print pictures a second as JSON."""
    parser = argparse.ArgumentParser(description="The most that the cores can give.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    model, finder, file = Model.latest(read_settings().model), FaceFinder(), asked.file.read_bytes()
    count_until(time.perf_counter() + 1, file, model, finder)
    began = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        cores = os.cpu_count() or 1
        ends = [began + asked.seconds] * cores
        counts = list(pool.map(lambda end: count_until(end, file, model, finder), ends))
    print(json.dumps({"throughput": sum(counts) / (time.perf_counter() - began)}))


if __name__ == "__main__":
    main()
