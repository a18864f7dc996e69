"""The same path as a BentoML service as its documentation has it, TensorFlow as it comes.

python -m bentoml serve benchmarks.serving_bentoml:Detector --port 8000
"""

from pathlib import Path

import bentoml

from benchmarks.peer_plain import PlainModel

BATCH = 16


@bentoml.service(workers="cpu_count")
class Detector:
    """As many processes as there are cores, each with its model."""

    def __init__(self) -> None:
        self._model = PlainModel()

    @bentoml.api(batchable=True, max_batch_size=BATCH)  # type: ignore[untyped-decorator]
    def predict(self, file: list[Path]) -> list[float]:
        """BentoML hands in the files of several requests, and decides how many."""
        return self._model.score([self._model.shown(path.read_bytes()) for path in file])
