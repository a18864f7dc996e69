"""The check for give-away files: it finds them where they are, and nothing where nothing is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.conftest import run_training
from tests.pictures import PORTRAIT, smooth
from training.judging.file_features import NAMES, describe, tell_apart


def features(image: Image.Image) -> dict[str, float]:
    described = describe(np.asarray(image).astype(np.float64))
    return dict(zip(NAMES, described.tolist(), strict=True))


def jpeg(image: Image.Image, tmp_path: Path, quality: int) -> Image.Image:
    image.save(tmp_path / "a.jpg", quality=quality)
    return Image.open(tmp_path / "a.jpg").convert("RGB")


def test_each_feature_rises_with_what_it_is_named_after(tmp_path: Path) -> None:
    plain = features(PORTRAIT)
    bright = Image.eval(PORTRAIT, lambda value: min(255, value + 30))
    blurred = PORTRAIT.filter(ImageFilter.GaussianBlur(2))
    generator = np.random.default_rng(0)
    noise = generator.normal(0, 12, (320, 320, 3))
    noisy = Image.fromarray(np.clip(np.asarray(PORTRAIT) + noise, 0, 255).astype(np.uint8))
    assert features(bright)["brightness"] > plain["brightness"]
    assert features(PORTRAIT.convert("L").convert("RGB"))["saturation"] == 0
    assert features(blurred)["sharpness"] < plain["sharpness"]
    assert features(blurred)["fine detail"] < plain["fine detail"]
    assert features(noisy)["noise"] > plain["noise"]
    assert features(jpeg(PORTRAIT, tmp_path, 10))["blockiness"] > plain["blockiness"]


def described(seeds: range, brighter: int) -> np.ndarray:
    images = [np.asarray(smooth(seed, side=64)).astype(np.float64) * 0.5 for seed in seeds]
    return np.stack([describe(image + brighter) for image in images])


@pytest.mark.parametrize(("brighter", "low", "high"), [(0, 0.3, 0.62), (90, 0.95, 1.0)])
def test_what_gives_the_label_away_is_found_and_nothing_else(
    brighter: int, low: float, high: float
) -> None:
    both = np.vstack([described(range(150), 0), described(range(150, 300), brighter)])
    assert low <= tell_apart(both, np.repeat([0, 1], 150)) <= high


@pytest.mark.slow
def test_the_check_prints_each_feature(dataset: Path, tmp_path: Path) -> None:
    """The stripes of the tests' fakes cannot be missed."""
    done = run_training("check", "--data", dataset, cwd=tmp_path)
    for name in NAMES:
        assert name in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("│ all")]
    assert float(line.split("│")[2]) > 0.95
