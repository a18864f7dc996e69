"""The dashboard fits the service: every metric that it asks for is there."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
OF_THE_CLIENT = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def asked(panel: dict[str, Any]) -> set[str]:
    text = " ".join(target["expr"] for target in panel["targets"])
    return set(re.findall(r"\b(?:deepfake|process)_[a-z_]+", text))


@pytest.fixture(scope="module")
def served(server: str, face: bytes) -> set[str]:
    """The names of all metrics after a picture and an error."""
    httpx.post(f"{server}/predict", files={"file": face})
    httpx.post(f"{server}/predict", files={"file": b"no picture"})
    lines = httpx.get(f"{server}/metrics").text.splitlines()
    return {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}


@pytest.mark.parametrize("panel", PANELS, ids=[panel["title"] for panel in PANELS])
def test_a_panel_asks_for_metrics_that_there_are(panel: dict[str, Any], served: set[str]) -> None:
    assert asked(panel)
    assert asked(panel) <= served
    assert panel["description"]


def test_every_metric_of_the_service_is_on_a_panel(served: set[str]) -> None:
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for name in set.union(*map(asked, PANELS))}
    ours = {name for name in served if name.startswith("deepfake_")}
    assert {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in ours} - shown <= {
        re.sub(r"_total$", "", name) for name in shown
    }


def test_panels_do_not_overlap() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not mine & cells
        assert at["x"] + at["w"] <= 24
        cells |= mine


def test_one_instance_can_be_chosen() -> None:
    names = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert names == {"datasource", "instance"}
    for panel in PANELS:
        assert all('instance=~"$instance"' in target["expr"] for target in panel["targets"])
