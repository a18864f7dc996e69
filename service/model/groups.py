"""Linux control groups, which bound what the processes of a container may use."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")  # a line for each hierarchy: "number:controllers:/path"


def groups_of(*mounts: str, root: Path = ROOT, own: Path = OWN) -> Iterator[Path]:
    """Folders of this process's groups and of those around them, where they may be mounted.

    Version 2 of control groups is mounted at the root, version 1 in a folder for each controller,
    which may have one of the names ``mounts``. In a container the own group is mounted there,
    whatever its path outside is.
    """
    paths = {Path("/")}
    with suppress(OSError):
        for line in own.read_text().splitlines():
            path = Path(line.split(":", 2)[2])
            paths |= {path, *path.parents}
    for mount in ("", *mounts):
        yield from (root / mount / path.relative_to("/") for path in paths)
