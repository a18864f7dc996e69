"""How many cores this process may use: in a container or a replica, fewer than the machine has."""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from service.model.groups import OWN, ROOT, groups_of

MOUNTS = ("cpu", "cpu,cpuacct", "cpuacct,cpu")


def available_cores(root: Path = ROOT, own: Path = OWN) -> int:
    """The cores that it may run on, or those that its control groups' quotas are worth if fewer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quotas = [quota for group in groups_of(*MOUNTS, root=root, own=own) for quota in _quotas(group)]
    return min([cores or 1, *map(math.ceil, quotas)])


def _quotas(group: Path) -> Iterator[float]:
    """The quota of one control group, in cores, if it has one."""
    with suppress(OSError, ValueError):  # version 2: "quota period", or "max period"
        share, period = (group / "cpu.max").read_text().split()
        yield int(share) / int(period)
    with suppress(OSError, ValueError):  # version 1: -1 is none
        share, period = ((group / f"cpu.cfs_{it}_us").read_text() for it in ("quota", "period"))
        if int(share) > 0:
            yield int(share) / int(period)
