"""The plot can be drawn with fakes and without."""

from pathlib import Path

from PIL import Image

from service.calibration import plot
from service.calibration.collected import Collected
from service.calibration.thresholds import calibrate
from service.model.manifest import Manifest
from tests.conftest import SHIPPED

MANIFEST = Manifest.read(SHIPPED)


def test_the_plot_is_a_picture(real: Collected, fake: Collected, tmp_path: Path) -> None:
    own = calibrate(MANIFEST, real, 0.01, fake)
    for name, its_fake in (("both", fake.scores), ("one", None)):
        path = tmp_path / f"{name}.png"
        plot.draw(path, own.thresholds, real.scores, its_fake)
        with Image.open(path) as picture:
            assert picture.size == (840, 420)
