"""YuNet by OpenVINO: what OpenCV makes of the same file, box by box."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from PIL import Image, ImageEnhance

from service.pictures.faces import _installed
from service.pictures.imaging import Pixels
from service.pictures.yunet import MAX_OVERLAP, MIN_SCORE, YuNet
from tests.conftest import ROOT
from tests.pictures import PORTRAIT, smooth, two_faces


@pytest.fixture(scope="module")
def yunet() -> YuNet:
    return YuNet(_installed().read_bytes())


def by_opencv(pixels: Pixels) -> np.ndarray:
    data, none = np.frombuffer(_installed().read_bytes(), np.uint8), np.empty(0, np.uint8)
    size = pixels.shape[1::-1]
    reference = cv2.FaceDetectorYN.create("onnx", data, none, size, MIN_SCORE, MAX_OVERLAP)
    _, rows = reference.detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return np.empty((0, 15), np.float32) if rows is None else rows


def crowd(seed: int) -> Image.Image:
    """Portraits of many sizes, mirrored and dimmed, some of them cut by an edge."""
    draw = np.random.default_rng(seed)
    canvas = smooth(seed, side=640)
    for _ in range(9):
        side = int(draw.integers(50, 300))
        face = PORTRAIT.resize((side, side))
        if draw.random() < 0.5:
            face = face.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        face = ImageEnhance.Brightness(face).enhance(draw.uniform(0.4, 1))
        canvas.paste(face, tuple(draw.integers(-40, 500, 2).tolist()))
    return canvas


@pytest.mark.parametrize("seed", range(8))
def test_a_crowd_has_the_same_faces_landmarks_and_scores(yunet: YuNet, seed: int) -> None:
    pixels = np.asarray(crowd(seed))
    rows, expected = yunet.detect(pixels), by_opencv(pixels)
    assert len(expected) >= 2
    assert rows.shape == expected.shape
    assert np.abs(rows[:, :14] - expected[:, :14]).max() < 0.05
    assert np.abs(rows[:, 14] - expected[:, 14]).max() < 1e-3


@pytest.mark.parametrize("size", [(640, 320), (161, 97), (33, 64), (320, 319), (65, 640)])
def test_any_size_is_searched(yunet: YuNet, size: tuple[int, int]) -> None:
    pixels = np.asarray(two_faces().resize(size))
    rows, expected = yunet.detect(pixels), by_opencv(pixels)
    assert rows.shape == expected.shape
    assert np.allclose(rows, expected, atol=0.05)


@pytest.mark.parametrize("size", [(32, 32), (1, 1), (20, 300)])
def test_what_is_tiny_has_no_face(yunet: YuNet, size: tuple[int, int]) -> None:
    assert yunet.detect(np.asarray(smooth(1).resize(size))).shape == (0, 15)


def test_the_surest_is_first_and_all_are_sure_enough(yunet: YuNet) -> None:
    scores = yunet.detect(np.asarray(crowd(3)))[:, 14]
    assert list(scores) == sorted(scores, reverse=True)
    assert scores.min() >= MIN_SCORE


def test_a_view_is_searched_as_a_copy_is(yunet: YuNet) -> None:
    pixels = np.asarray(two_faces())
    part = pixels[:, 40:]
    assert np.array_equal(yunet.detect(part), yunet.detect(np.ascontiguousarray(part)))


def test_threads_do_not_disturb_each_other(yunet: YuNet) -> None:
    images = [np.asarray(crowd(seed)) for seed in range(3)] * 6
    alone = [yunet.detect(image) for image in images]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(yunet.detect, images))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_each_network_that_is_made_says_the_same(yunet: YuNet) -> None:
    """Some versions of OpenVINO read its weights from memory that was given back."""
    portrait, data = np.asarray(PORTRAIT), _installed().read_bytes()
    expected = yunet.detect(portrait)
    for _ in range(8):
        other = YuNet(data)
        rubbish = [bytes(len(data)) for _ in range(20)]
        assert np.array_equal(other.detect(portrait), expected)
        del rubbish


def test_many_sizes_take_no_memory(yunet: YuNet) -> None:
    """Whoever sends pictures chooses their sizes; each took megabytes, kept for the next."""
    portrait = np.asarray(PORTRAIT)
    expected, held = yunet.detect(portrait), []
    for across in range(1, 9):
        for down in range(1, 9):
            yunet.detect(np.zeros((32 * down, 32 * across, 3), np.uint8))
        held.append(psutil.Process().memory_info().rss / 2**20)
    assert held[-1] < held[3] + 40
    assert np.array_equal(yunet.detect(portrait), expected)


FIRST_TOGETHER = """
import sys, threading, numpy
from service.pictures.faces import FaceFinder
sys.setswitchinterval(1)  # whoever has Python's lock goes on until it waits for another
finder, together = FaceFinder(), threading.Barrier(8)
def find():
    finder.prepare()
    together.wait()
    finder.find(numpy.zeros((64, 64, 3), numpy.uint8))
threads = [threading.Thread(target=find) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("_time", range(4))
def test_threads_that_come_first_together_do_not_wait_for_each_other(_time: int) -> None:
    """OpenVINO prepares for arrays with the first that it is given, and not for two at once."""
    subprocess.run([sys.executable, "-c", FIRST_TOGETHER], cwd=ROOT, timeout=60, check=True)


def test_openvino_tells_its_makers_nothing(tmp_path: Path) -> None:
    """Its package would, as soon as it is imported, and leave an identity in the home folder."""
    code = (
        "import service.pictures.yunet, sys; from openvino.tools.ovc import telemetry_utils;"
        "print(telemetry_utils.tm.__name__, sys.modules['openvino_telemetry'])"
    )
    home = {**os.environ, "HOME": str(tmp_path)}
    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=home, text=True)
    assert said.split() == ["openvino.tools.ovc.telemetry_stub", "None"]
    assert list(tmp_path.iterdir()) == []
