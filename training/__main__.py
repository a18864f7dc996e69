"""Entry point of ``python -m training``: an error that training foresees is one line, status 1.

What of a name stdout cannot say is escaped.
"""

import gc
import io
import os
import signal
import sys

# A container's first process (PID 1) loses each signal that it has no handler for. What is begun
# need not be ended: a run goes on from its last epoch.
signal.signal(signal.SIGTERM, lambda number, _: os._exit(128 + number))

# TensorFlow and its graphs are millions of objects that stay; to look among them for garbage as
# often as Python does by itself takes a second of its import, and a twentieth of a short run.
gc.set_threshold(100_000, 20, 100)

from service.pictures.names import ESCAPING, shown  # noqa: E402
from training.cli import app  # noqa: E402
from training.errors import TrainingError  # noqa: E402

if isinstance(sys.stdout, io.TextIOWrapper):
    sys.stdout.reconfigure(errors=ESCAPING)
try:
    app()
except TrainingError as error:
    sys.exit(f"error: {shown(str(error))}")
