"""docs/thresholds.md is true: its figures are the code's, and its commands are run elsewhere."""

import re

import pytest

from service.calibration import conformal
from service.calibration.doubts import FAR
from service.model.promise import Promise
from tests.conftest import ROOT
from tests.test_readme import COMMANDS

PAGE = (ROOT / "docs" / "thresholds.md").read_text()
SHOWN = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    for line in block.splitlines()
]


def test_it_says_how_many_pictures_a_promise_takes() -> None:
    few = [conformal.needed(rate) for rate in (0.01, 0.001)]
    assert "For 1 % it takes {} or\n   more, for 0.1 % {};".format(*few) in PAGE
    assert f"real pictures ({few[0]} or more)" in (ROOT / "README.md").read_text()


def test_its_interval_is_that_of_300_pictures() -> None:
    low, high = conformal.interval(300, tail=3)
    assert f"with 300 pictures and 1 %, {100 * low:.1f} to {100 * high:.1f} %" in PAGE


def test_what_is_far_is_the_constant() -> None:
    assert f"more than {FAR} between the cumulative shares beyond what" in PAGE


@pytest.mark.parametrize("place", re.findall(r"(deploy/[\w/.]+|service/[\w/.]+)", PAGE))
def test_what_it_names_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_the_command_that_calibrates_is_the_readmes_with_its_default() -> None:
    (here,) = [line for line in SHOWN if "deepfake calibrate" in line]
    (there,) = [line for line in COMMANDS if "deepfake calibrate" in line]
    assert here.replace(" --false-alarms 0.01", "") == there


def test_the_manifests_say_the_same_commands() -> None:
    compose, configmap, apply = [line for line in SHOWN if re.match("docker|kubectl", line)]
    assert f"# {compose}\n" in (ROOT / "deploy" / "thresholds.compose.yaml").read_text()
    overlay = ROOT / "deploy" / "kubernetes" / "overlays" / "thresholds" / "kustomization.yaml"
    assert f"# {configmap}\n# {apply}\n" in overlay.read_text()


def test_a_promise_has_what_it_says_the_service_tells() -> None:
    assert set(Promise.model_fields) == {"calibrated", "false_alarms", "misses", "doubts"}
