"""An actor uses the cores of its node, not the machine's, and claims what leaves room for all."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import ray

from service.bulk import engine
from service.bulk.output import Output
from service.bulk.plan import Plan
from service.model.manifest import Manifest, newest
from service.settings import Settings

NODES = [
    {"NodeID": "here", "Resources": {"CPU": 3.0}},
    {"NodeID": "there", "Resources": {"CPU": 5.0}},
]


@pytest.fixture
def on_a_node(monkeypatch: pytest.MonkeyPatch) -> None:
    here = SimpleNamespace(get_node_id=lambda: "here")
    monkeypatch.setattr(ray, "get_runtime_context", lambda: here)
    monkeypatch.setattr(ray, "nodes", lambda: NODES)


@pytest.mark.usefixtures("on_a_node")
@pytest.mark.parametrize(("asked", "cores"), [(None, 3), (4, 4)])
def test_an_actor_uses_its_nodes_cores_unless_asked_otherwise(
    asked: int | None, cores: int, toys: Path, tmp_path: Path
) -> None:
    output = Output(str(tmp_path / "scores"))
    output.prepare()
    manifest = Manifest.read(newest(toys))
    plan = Plan.make(output, "x", ["/a.jpg"], 1, manifest, lambda _: None)
    actor = engine.NodeScorer(Settings(model=toys, cores=asked), output.place, plan)
    assert actor._detector.model._engine.workers == cores
    assert actor._detector._workers._max_workers == cores


@pytest.mark.parametrize(
    ("nodes", "share"), [([2.0], 2.0), ([2.0, 2.0], 1.0), ([8.0, 2.0, 4.0], 2 / 3)]
)
def test_the_smallest_node_has_room_for_all_actors(nodes: list[float], share: float) -> None:
    resources = [{"CPU": cores} for cores in nodes]
    claimed = engine._share(resources, "CPU")
    assert claimed == pytest.approx(share)
    assert claimed * len(nodes) <= min(nodes) + 1e-9
    assert engine._share(resources, "GPU") == 0


def test_of_a_failure_the_cause_is_said() -> None:
    error = RuntimeError(
        "a trace\n  of lines\nservice.errors.ArtifactError: the model is gone\n\n"
        "The above exception was the direct cause of the following exception:\n\nmore"
    )
    assert engine._line(error) == "the model is gone"
