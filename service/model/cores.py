"""How many cores this process may use: in a container or a replica, fewer than the machine has."""

import math
import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")  # "microseconds of each period", or "max period"


def available_cores(quota: Path = QUOTA) -> int:
    """The cores that it may run on, or those that its control group's quota is worth if fewer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        share, period = quota.read_text().split()
        return min(cores or 1, math.ceil(int(share) / int(period)))
    except (OSError, ValueError):  # there is no such group, or it has no quota
        return cores or 1
