"""Which cores search for faces: all of them, whether pictures come one by one or together."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from service.pictures.faces import FaceFinder, _installed, look
from service.pictures.yunet import YuNet
from tests.pictures import PORTRAIT, smooth, two_faces

SEARCHES = 12


@pytest.fixture(scope="module")
def yunet() -> YuNet:
    return YuNet(_installed().read_bytes(), cores=2)


def bound() -> Iterator[bool]:
    """Of each thread of this process, whether it may run on some of the process's cores only."""
    cores = len(os.sched_getaffinity(0))
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has just ended
            yield len(os.sched_getaffinity(int(thread.name))) < cores


@pytest.mark.skipif(len(os.sched_getaffinity(0)) == 1, reason="there is one core alone")
@pytest.mark.parametrize("alone", [False, True])
def test_searches_of_several_threads_are_not_bound_to_the_same_core(
    yunet: YuNet, alone: bool
) -> None:
    """OpenVINO would bind each network's threads to the first cores, whoever else is there."""
    pixels = np.asarray(smooth(1, side=640))

    def search() -> None:
        for _ in range(SEARCHES):
            yunet.detect(pixels, alone)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    seen: list[bool] = []
    while any(thread.is_alive() for thread in threads):
        seen += bound()
    assert len(seen) > 100
    assert np.mean(seen) < 0.01


def test_a_picture_that_is_alone_has_the_same_faces(yunet: YuNet) -> None:
    for picture in (PORTRAIT, two_faces(), two_faces().resize((640, 511))):
        pixels = np.asarray(picture)
        rows = yunet.detect(pixels, alone=True)
        assert len(rows) >= 1
        assert np.array_equal(rows, yunet.detect(pixels))


def test_several_that_take_themselves_for_alone_do_not_disturb_each_other(yunet: YuNet) -> None:
    images = [np.asarray(PORTRAIT), np.asarray(two_faces()), np.asarray(smooth(1))] * 8
    expected = [yunet.detect(image) for image in images]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda image: yunet.detect(image, alone=True), images))
    assert all(np.array_equal(one, other) for one, other in zip(expected, together, strict=True))


def test_after_a_failure_the_widest_network_is_free_again(yunet: YuNet) -> None:
    with pytest.raises(RuntimeError, match="shape"):
        yunet.detect(np.zeros((64, 64, 4), np.uint8), alone=True)
    pixels = np.asarray(PORTRAIT)
    with yunet._request(alone=True) as request:
        assert request is yunet._widest
    assert len(yunet.detect(pixels, alone=True)) == 1


def test_with_one_core_there_is_one_network_a_thread() -> None:
    yunet = YuNet(_installed().read_bytes())
    assert yunet._widest is None
    assert len(yunet.detect(np.asarray(PORTRAIT), alone=True)) == 1


@pytest.mark.parametrize("size", [(512, 512), (400, 2000)])
def test_the_finder_finds_the_same_in_whole_pictures_and_in_tiles(size: tuple[int, int]) -> None:
    canvas = smooth(2, side=2000).resize(size)
    canvas.paste(PORTRAIT.resize((300, 300)), (50, size[1] - 350))
    pixels = np.asarray(canvas)
    finder = FaceFinder(cores=2)
    faces = finder.find(pixels)
    assert len(faces) == 1
    assert finder.find(pixels, alone=True) == faces
    found, shown = look(pixels, finder, 0.35, 64, alone=True)
    assert found == faces
    assert np.array_equal(shown, look(pixels, finder, 0.35, 64)[1])
