"""A Ray cluster on this machine: nodes with processes of their own, which can be killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from ray.cluster_utils import Cluster

NODE = {
    "node_ip_address": "127.0.0.2",  # of 127.0.0.1 Ray makes the address that others know
    "object_store_memory": 128 * 2**20,
    "include_dashboard": False,
}


@contextmanager
def nodes(*cores: int) -> Iterator[tuple[str, list[psutil.Process]]]:
    """A cluster whose nodes have so many cores each: its address, and the process of each node.

    The first is its head.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster()
    try:
        added = [cluster.add_node(num_cpus=count, **NODE) for count in cores]
        yield cluster.address, list(map(_process, added))
    finally:
        cluster.shutdown()


def actors(node: psutil.Process) -> list[psutil.Process]:
    """The processes on a node that score."""
    return [child for child in node.children() if "MapWorker" in child.name()]


def _process(node: Any) -> psutil.Process:
    return psutil.Process(node.all_processes["raylet"][0].process.pid)
