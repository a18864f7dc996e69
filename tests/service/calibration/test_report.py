"""The page that is signed says what is promised, what is not, and what looked odd."""

import re

import pytest

from service.calibration import report
from service.calibration.collected import Collected
from service.calibration.thresholds import calibrate
from service.model.manifest import Manifest
from tests.conftest import SHIPPED

MANIFEST = Manifest.read(SHIPPED)


def test_the_report_says_what_is_promised_and_what_not(real: Collected) -> None:
    real.unreadable = 3
    real.add(next(iter(real.pictures.values())))
    own = calibrate(MANIFEST, real, 0.01)
    page = report.render(own, real, None, "plot.png")
    assert f"| Model | {MANIFEST.name}, version {MANIFEST.version} |" in page
    assert f"`{MANIFEST.weights_sha256}`" in page
    assert "| Real pictures that the thresholds rest on | 150 |" in page
    assert f"| `fake` from | {own.thresholds.fake_above:.6f} |" in page
    assert "(the model's own) |" in page
    assert "called `fake` with a chance of at most 1 %" in page
    assert "![The scores and both thresholds](plot.png)" in page
    assert "Anything about another kind of picture" in page
    assert "No fakes were given" in page
    assert "- Files that repeat another one, which do not count: 1." in page
    assert "Files that could not be scored: 3." in page
    assert not re.search(r"\n{3,}|[ \t]\n", page), "as a person would write it"


def test_the_report_of_fakes_says_how_many_are_missed(real: Collected, fake: Collected) -> None:
    own = calibrate(MANIFEST, real, 0.01, fake, 0.1)
    page = report.render(own, real, fake, "plot.png")
    assert own.roc_auc
    assert "| Fakes that they rest on | 40 |" in page
    assert "called `real` with a chance of at most 10 %" in page
    assert f"higher than a real picture {100 * own.roc_auc.value:.1f} times of 100" in page
    assert "No fakes were given" not in page
    assert "## What looked odd\n\nNothing.\n" in page
    assert not re.search(r"\n{3,}|[ \t]\n", page)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.01, "1 %"), (0.000211, "0.0211 %"), (0.999, "99.9 %"), (1.0, "100 %"), (0.5, "50 %")],
)
def test_shares_are_told_in_per_cent(share: float, text: str) -> None:
    assert report.percent(share) == text
