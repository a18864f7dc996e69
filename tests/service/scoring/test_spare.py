"""How much memory there is: the machine's or its control group's, less what is held."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from service.scoring.memory import LIMITS, USED, spare
from tests.conftest import ROOT, running_server
from tests.pictures import encode

MIB = 1 << 20
UNLIMITED = 9_223_372_036_854_771_712  # as version 1 says it


@pytest.fixture
def there(tmp_path: Path) -> Callable[[dict[str, object]], int]:
    """``spare`` of a process that holds 100 MiB, in a group with these files."""

    def measure(files: dict[str, object]) -> int:
        (tmp_path / "own").write_text("0::/\n4:memory:/pod/container\n")
        (tmp_path / "status").write_text("VmRSS:\t  409600 kB\nRssAnon:\t  102400 kB\n")
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(f"{content}\n")
        return spare(tmp_path, tmp_path / "own", tmp_path / "status")

    return measure


MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"memory.max": 512 * MIB}, 512 * MIB),
        ({"memory/pod/container/memory.limit_in_bytes": 512 * MIB}, 512 * MIB),
        ({"memory/pod/memory.limit_in_bytes": 256 * MIB, "memory.max": "max"}, 256 * MIB),
        ({"memory.max": "max"}, MACHINE),
        ({"memory/memory.limit_in_bytes": UNLIMITED}, MACHINE),
        ({}, MACHINE),
    ],
)
def test_there_is_a_groups_limit_or_the_machines_less_what_is_held(
    files: dict[str, object], limit: int, there: Callable[[dict[str, object]], int]
) -> None:
    assert there(files) == int(USED * limit) - 100 * MIB


def test_there_is_never_less_than_nothing(there: Callable[[dict[str, object]], int]) -> None:
    assert there({"memory.max": 64 * MIB}) == 0


@contextmanager
def group_of(limit: int) -> Iterator[Path]:
    """A real control group with that limit, of whichever version the machine has."""
    made = (make_group(*it, limit) for it in (("memory", LIMITS[1]), ("", LIMITS[0])))
    folder = next(filter(None, made), None)
    if folder is None:
        pytest.skip("no control group can be made here")
    try:
        yield folder
    finally:
        folder.rmdir()


def make_group(mount: str, name: str, limit: int) -> Path | None:
    folder = Path("/sys/fs/cgroup") / mount / f"deepfake-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError:
        return None
    try:
        (folder / name).write_text(str(limit))
    except OSError:
        folder.rmdir()
        return None
    return folder


@pytest.fixture
def group() -> Iterator[Path]:
    with group_of(512 * MIB) as folder:
        yield folder


def test_a_real_groups_limit_is_seen(group: Path) -> None:
    code = "from service.scoring.memory import spare; print(spare())"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", f"input(); {code}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    (group / "cgroup.procs").write_text(str(process.pid))
    answer, _ = process.communicate("\n")
    assert USED * 512 * MIB - 100 * MIB < int(answer) < USED * 512 * MIB


@pytest.mark.slow
def test_three_large_pictures_at_once_do_not_end_a_process_that_has_memory_for_one() -> None:
    data = encode(Image.new("RGB", (8000, 6000), "grey"), "PNG", compress_level=1)
    with group_of(1600 * MIB) as folder:
        enter = f"import os; open('{folder}/cgroup.procs', 'w').write(str(os.getpid()))"
        with running_server(before=enter, DEEPFAKE_DEADLINE_SECONDS="100") as url:

            def ask(_: int) -> int:
                files = {"file": data}
                return httpx.post(f"{url}/predict", files=files, timeout=120).status_code

            with ThreadPoolExecutor(3) as pool:
                assert list(pool.map(ask, range(3))) == [200, 200, 200]
