"""Ray Data: which nodes there are, an actor on each, and parts handed out until all are done."""

import re
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import ray
from ray.data import ActorPoolStrategy
from ray.exceptions import RayError

from service.bulk.output import Output
from service.bulk.plan import Plan
from service.bulk.quiet import OPTIONS, quiet
from service.bulk.scorer import Scorer
from service.errors import BulkError
from service.model.cores import available_cores
from service.model.silence import no_stderr
from service.settings import Settings

OBJECT_STORE_BYTES = 128 * 2**20  # of a Ray of our own; what passes through it are numbers of parts
KNOCK_SECONDS = 10
AT_A_TIME = 2  # parts of an actor: the next is begun before the last picture of one is scored


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """A Ray of this machine's own, or the cluster whose head is at ``address``, ``host:port``.

    It is not shut down where a ``KeyboardInterrupt`` leaves it: it is at work still, and would have
    to be awaited. What it started ends with the process.

    Raises:
        BulkError: there is none.
    """
    own = {
        "num_cpus": available_cores(),
        "object_store_memory": OBJECT_STORE_BYTES,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
    }
    with quiet():
        try:
            if address:
                _knock(address)
            with no_stderr():
                ray.init(address or "local", **OPTIONS, **({} if address else own))
        except (OSError, RuntimeError, ValueError) as error:
            raise BulkError(f"no Ray at {address or 'this machine'}: {_line(error)}") from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ray's own ends without a word
        try:
            yield
        except Exception:
            ray.shutdown()
            raise
        ray.shutdown()


class NodeScorer(Scorer):
    """The actor: uses as many cores as its node has, which may be fewer than the machine's."""

    def __init__(self, settings: Settings, output: str, plan: Plan) -> None:
        here = ray.get_runtime_context().get_node_id()
        (node,) = [node["Resources"] for node in ray.nodes() if node["NodeID"] == here]
        cores = settings.cores or int(node["CPU"])
        super().__init__(settings.model_copy(update={"cores": cores}), output, plan)


def score_parts(settings: Settings, output: Output, plan: Plan, parts: list[int]) -> Iterator[int]:
    """Write the ``parts``, and yield each one's number once it is there.

    Raises:
        BulkError: an actor cannot load its model, or write.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Resources"].get("CPU")]
    dataset = ray.data.from_items(
        [{"part": part} for part in parts], override_num_blocks=len(parts)
    )
    done = dataset.map_batches(
        NodeScorer,
        fn_constructor_args=(settings, output.place, plan),
        batch_size=1,
        compute=ActorPoolStrategy(
            size=len(nodes),  # Ray spreads them
            max_tasks_in_flight_per_actor=AT_A_TIME,
            max_concurrent_calls_per_actor=AT_A_TIME,
        ),
        num_cpus=_share(nodes, "CPU"),
        num_gpus=_share(nodes, "GPU"),
    )
    batches = iter(done.iter_batches(batch_size=None, prefetch_batches=0))
    waiting = ThreadPoolExecutor(1)  # a signal that comes while Ray's own code waits may be lost
    try:
        while batch := waiting.submit(next, batches, None).result():
            yield from map(int, batch["part"])
    except RayError as error:
        raise BulkError(_line(error)) from error
    finally:
        waiting.shutdown(wait=False)


def _share(nodes: list[dict[str, float]], kind: str) -> float:
    """What an actor claims. It has a node to itself, yet the last one left must hold them all."""
    return min(node.get(kind, 0) for node in nodes) / len(nodes)


def _knock(address: str) -> None:
    """Ray itself waits for minutes where nobody listens."""
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        raise ValueError("an address is host:port")
    socket.create_connection((host, int(port)), KNOCK_SECONDS).close()


def _line(error: Exception) -> str:
    """The last line that a failure's cause says of itself, without the name of its kind."""
    cause, _, _ = str(error).partition("\n\nThe above exception was the direct cause")
    return re.sub(r"^[\w.]+: ", "", cause.strip().splitlines()[-1])
