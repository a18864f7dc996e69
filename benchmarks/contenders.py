"""What ``benchmarks.serving`` compares, and how each is started.

All use our decoding and face code. Our model class has: this service, the version before, and what
says so; the others have TensorFlow as it comes.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.running import SERVICE, Running, running
from service.model.cores import available_cores

BENTOML = ("-m", "bentoml", "serve", "benchmarks.serving_bentoml:Detector")
ON_RAY = {"RAY_USAGE_STATS_ENABLED": "0", "DEEPFAKE_ANONYMOUS": "true"}


@dataclass(frozen=True, slots=True)
class Contender:
    """``python command PORT`` in ``folder``, with ``environment`` beside what is set."""

    command: tuple[str, ...] = SERVICE
    environment: Mapping[str, str] = field(default_factory=dict)
    python: Path = Path(sys.executable)
    folder: Path = Path()

    def started(
        self, environment: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Running]:
        """It, once it is ready; ended on leaving."""
        together = {**(environment or {}), **self.environment}
        return running(self.command, together, self.python, self.folder)


def contenders(before: Path | None = None) -> dict[str, Contender]:
    """All that can be started here, with the version whose checkout is in ``before``."""
    replica = ("-m", "benchmarks.serving_ray", "--cores", str(available_cores()))
    return {
        **ours(before),
        "plain FastAPI": Contender(("-m", "benchmarks.serving_plain")),
        "LitServe": Contender(("-m", "benchmarks.serving_litserve_plain")),
        "LitServe, our model class": Contender(("-m", "benchmarks.serving_litserve_model")),
        "Ray Serve": Contender(("-m", "benchmarks.serving_ray_plain"), ON_RAY),
        "Ray Serve, our service": Contender(replica, ON_RAY),
        **bentoml(),
    }


def ours(before: Path | None = None) -> dict[str, Contender]:
    """This service, and the version whose checkout, with its own ``.venv``, is in ``before``."""
    this = {"this service": Contender()}
    if before is None:
        return this
    folder = before.absolute()  # its Python is looked for from there
    return {
        **this,
        "the version before": Contender(python=folder / ".venv/bin/python", folder=folder),
    }


def bentoml() -> dict[str, Contender]:
    """BentoML, if ``BENTOML_PYTHON`` names a Python that has it: it conflicts with our pins."""
    python = os.environ.get("BENTOML_PYTHON")
    if not python:
        return {}
    command = (*BENTOML, "--host", "127.0.0.1", "--port")
    return {"BentoML": Contender(command, {"BENTOML_DO_NOT_TRACK": "true"}, Path(python))}
