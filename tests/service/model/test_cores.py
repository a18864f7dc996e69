"""No more cores are used than are given: by the affinity, by a quota, or by the setting."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.errors import CorruptImage
from service.model.cores import available_cores
from service.model.loaded import Model
from service.pictures import imaging
from service.pictures.imaging import Pixels
from service.scoring import versions
from service.scoring.detector import Detector
from service.settings import read_settings
from tests.conftest import ROOT
from tests.service.scoring.test_versions import add_version
from tests.under_way import UnderWay

MANY = 3  # other than this machine has, and than the default gives
ASKED = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); " + (
    "from service.model.cores import available_cores; print(available_cores())"
)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process where it may run")
def test_a_process_that_is_bound_to_one_core_has_one() -> None:
    assert int(subprocess.check_output([sys.executable, "-c", ASKED], cwd=ROOT)) == 1


NONE = available_cores(Path("none"), Path("none"))


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"cpu.{name}").write_text(text)


@pytest.mark.parametrize(
    ("quota", "fewer"),
    [
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),  # half a core is still a thread
        ("max 100000\n", None),
        ("99000000 100000\n", None),  # more than there are
        ("", None),
    ],
)
def test_a_quota_counts_where_it_is_less(quota: str, fewer: int | None, tmp_path: Path) -> None:
    write(tmp_path, max=quota)
    assert available_cores(tmp_path, tmp_path / "none") == (fewer or NONE)


@pytest.mark.parametrize("mount", ["cpu", "cpu,cpuacct", "cpuacct,cpu"])
@pytest.mark.parametrize(
    ("quota", "period", "fewer"),
    [
        ("100000\n", "100000\n", 1),
        ("25000\n", "50000\n", 1),
        ("-1\n", "100000\n", None),
        ("0\n", "100000\n", None),
        ("99000000\n", "100000\n", None),
        ("", "", None),
    ],
)
def test_so_does_one_of_the_first_version_of_control_groups(
    mount: str, quota: str, period: str, fewer: int | None, tmp_path: Path
) -> None:
    write(tmp_path / mount, cfs_quota_us=quota, cfs_period_us=period)
    assert available_cores(tmp_path, tmp_path / "none") == (fewer or NONE)


@pytest.mark.parametrize(
    ("own", "limited"),
    [
        ("0::/system.slice/detector.service\n", "system.slice/detector.service"),
        ("0::/system.slice/detector.service\n", "system.slice"),  # all that is in it together
        ("12:cpu,cpuacct:/docker/3f9c\n0::/init.scope\n", "cpu,cpuacct/docker/3f9c"),
        ("1:name=systemd:/\n0::/a:b\n", "a:b"),
    ],
)
def test_the_own_group_counts_and_those_around_it(own: str, limited: str, tmp_path: Path) -> None:
    (tmp_path / "own").write_text(own)
    write(
        tmp_path / limited,
        max="100000 100000\n",
        cfs_quota_us="100000\n",
        cfs_period_us="100000\n",
    )
    assert available_cores(tmp_path, tmp_path / "own") == 1
    assert available_cores(tmp_path, tmp_path / "none") == NONE


def under_way_at_once(model: Model, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many calls the model makes side by side of more images than it has cores."""
    under_way = UnderWay()

    def slow(_signature: object, images: Pixels) -> dict[str, Any]:
        with under_way:
            time.sleep(0.3)
        return {"fake_probability": np.zeros(len(images), np.float32)}

    side = model.manifest.input_side
    with monkeypatch.context() as patch:
        patch.setattr(model, "_padded", slow)
        model.score(np.zeros((8 * MANY, side, side, 3), np.uint8))
    return under_way.most


def test_the_model_makes_as_many_calls_at_once_as_the_setting_says(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPFAKE_CORES", str(MANY))
    detector = Detector.from_settings(read_settings(model=toys))
    assert under_way_at_once(detector.model, monkeypatch) == MANY


def test_as_many_pictures_are_decoded_at_once(
    model: Model, face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(MANY, timeout=30)  # breaks, unless so many come at once
    seen: list[int] = []

    def decode(*_: object, **__: object) -> None:
        seen.append(together.wait())
        raise CorruptImage("It only waited for the others.")

    monkeypatch.setattr(imaging, "decode", decode)

    async def main() -> None:
        detector = Detector(model, cores=MANY)
        tasks = [detector.analyse(face) for _ in range(2 * MANY)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {CorruptImage}

    asyncio.run(main())
    assert sorted(seen) == sorted([*range(MANY), *range(MANY)])


def test_a_version_that_takes_over_keeps_to_them(
    toys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model.latest(toys)
    folder = tmp_path / model.manifest.name
    folder.mkdir()
    add_version(folder, model.manifest.version + 1, toys / "1")
    detector = Detector(model)
    settings = read_settings(model=folder, model_poll_seconds=0.05, cores=MANY)

    swap = detector.swap

    async def main() -> None:
        swapped = asyncio.Event()

        def swap_and_tell(newer: Model) -> None:
            swap(newer)
            swapped.set()

        monkeypatch.setattr(detector, "swap", swap_and_tell)
        following = asyncio.create_task(versions.follow(detector, settings))
        await asyncio.wait_for(swapped.wait(), 60)
        following.cancel()

    asyncio.run(main())
    assert detector.model is not model
    assert under_way_at_once(detector.model, monkeypatch) == MANY
