"""How many cores this process may use: in a container or a replica, fewer than the machine has."""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")  # a line for each hierarchy: "number:controllers:/path"
# Where the controller of processors is mounted: version 2 at the root, version 1 in its folder.
MOUNTS = ("", "cpu", "cpu,cpuacct", "cpuacct,cpu")


def available_cores(cgroups: Path = CGROUPS, own: Path = OWN) -> int:
    """The cores that it may run on, or those that its control groups' quotas are worth if fewer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quotas = [quota for group in _groups(cgroups, own) for quota in _quotas(group)]
    return min([cores or 1, *map(math.ceil, quotas)])


def _groups(cgroups: Path, own: Path) -> Iterator[Path]:
    """The process's control groups, and those around them, wherever they may be mounted.

    In a container the own group is mounted at the root, whatever its path outside.
    """
    paths = {Path("/")}
    with suppress(OSError):
        for line in own.read_text().splitlines():
            path = Path(line.split(":", 2)[2])
            paths |= {path, *path.parents}
    for mount in MOUNTS:
        yield from (cgroups / mount / path.relative_to("/") for path in paths)


def _quotas(group: Path) -> Iterator[float]:
    """The quota of one control group, in cores, if it has one."""
    with suppress(OSError, ValueError):  # version 2: "quota period", or "max period"
        share, period = (group / "cpu.max").read_text().split()
        yield int(share) / int(period)
    with suppress(OSError, ValueError):  # version 1: -1 is none
        share, period = ((group / f"cpu.cfs_{it}_us").read_text() for it in ("quota", "period"))
        if int(share) > 0:
            yield int(share) / int(period)
