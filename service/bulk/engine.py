"""Ray Data: which nodes there are, an actor on each, and parts handed out until all are done."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ray
from ray.data import ActorPoolStrategy
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from service.bulk import quiet
from service.bulk.output import Output
from service.bulk.plan import Plan
from service.bulk.scorer import Scorer
from service.errors import BulkError
from service.settings import Settings

OBJECT_STORE_BYTES = 128 * 2**20  # of a Ray of our own; what passes through it are numbers of parts
AT_A_TIME = 2  # parts of an actor: the next is begun before the last picture of one is scored


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """A Ray of this machine's own, or the cluster at ``address``.

    Raises:
        BulkError: there is none.
    """
    quiet.hush()
    own = {
        "num_cpus": os.cpu_count(),
        "object_store_memory": OBJECT_STORE_BYTES,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
    }
    try:
        ray.init(address or "local", **quiet.OPTIONS, **({} if address else own))
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise BulkError(f"no Ray at {address or 'this machine'}: {_line(error)}") from error
    try:
        yield
    finally:
        ray.shutdown()


def score_parts(settings: Settings, output: Output, plan: Plan, parts: list[int]) -> Iterator[int]:
    """Write the ``parts``, and yield each one's number once it is there.

    Raises:
        BulkError: an actor cannot load its model, or write.
    """
    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    dataset = ray.data.from_items(
        [{"part": part} for part in parts], override_num_blocks=len(parts)
    )
    done = dataset.map_batches(
        Scorer,
        fn_constructor_args=(settings, output.place, plan),
        batch_size=1,
        compute=ActorPoolStrategy(
            size=len(nodes),
            max_tasks_in_flight_per_actor=AT_A_TIME,
            max_concurrent_calls_per_actor=AT_A_TIME,
        ),
        ray_remote_args_fn=_on_each(nodes),
        **_share(nodes),
    )
    try:
        for batch in done.iter_batches(batch_size=None, prefetch_batches=0):
            yield from map(int, batch["part"])
    except RayError as error:
        raise BulkError(_line(error)) from error


def _on_each(nodes: list[dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """Places an actor on each node; one whose node dies begins anew on another."""
    ids = itertools.cycle([node["NodeID"] for node in nodes])
    return lambda: {"scheduling_strategy": NodeAffinitySchedulingStrategy(next(ids), soft=True)}


def _share(nodes: list[dict[str, Any]]) -> dict[str, float]:
    """What an actor claims. It uses all of its node, yet the last node left must hold them all."""
    least = {kind: min(node["Resources"].get(kind, 0) for node in nodes) for kind in ("CPU", "GPU")}
    return {
        "num_cpus": least["CPU"] / len(nodes),
        "num_gpus": min(1, least["GPU"]) / len(nodes),
    }


def _line(error: Exception) -> str:
    """The last line that a failure says of itself, from wherever it came."""
    return str(error).strip().splitlines()[-1]
