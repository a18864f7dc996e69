"""Ray without its log on the terminal, without its own bars, and without reports to its makers."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from ray.data import DataContext

OPTIONS = {"log_to_driver": False, "logging_level": logging.CRITICAL}  # of ray.init


@contextmanager
def quiet() -> Iterator[None]:
    """Around all that Ray does; its files under ``/tmp/ray`` still tell the story."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # What a node's end makes it say has no other switch.
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield
