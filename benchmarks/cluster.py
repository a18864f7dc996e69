"""A Ray cluster on this machine: nodes with processes of their own, which can be killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ray.cluster_utils import Cluster

NODE = {
    "node_ip_address": "127.0.0.2",  # of 127.0.0.1 Ray makes the address that others know
    "object_store_memory": 128 * 2**20,
    "include_dashboard": False,
}


@contextmanager
def nodes(*cores: int) -> Iterator[tuple[Cluster, list[Any]]]:
    """A cluster whose nodes have so many cores each, and the nodes; the first is its head."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster()
    try:
        yield cluster, [cluster.add_node(num_cpus=count, **NODE) for count in cores]
    finally:
        cluster.shutdown()
