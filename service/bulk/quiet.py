"""Ray without its log on the terminal, without its own bars, and without reports to its makers."""

import logging
import os

from ray.data import DataContext

OPTIONS = {"log_to_driver": False, "logging_level": logging.CRITICAL}  # of ray.init


def hush() -> None:
    """To be called before Ray is started."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
