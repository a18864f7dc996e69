"""Who trains together: one process or several, each on one device or several.

``TF_CONFIG`` names the processes as TensorFlow defines it; without it there is one. Several are a
``MultiWorkerMirroredStrategy``, one with several devices is a ``MirroredStrategy``. Each process
computes its share of every batch; the first, the chief, alone writes.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from training.data.share import Shares
from training.errors import TeamError

JOBS = ("chief", "worker")  # of a cluster, in the order in which TensorFlow counts them

# What a collective operation fails with once a process of the team is gone. TensorFlow finds that
# out: at once by a connection that breaks, or within some ten seconds by heartbeats that stay away.
GONE = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
    tf.errors.UnavailableError,
)


@dataclass(frozen=True, slots=True)
class Team:
    """All processes of a training; this one is ``number`` of ``size``."""

    strategy: tf.distribute.Strategy
    number: int = 0
    size: int = 1

    @property
    def is_chief(self) -> bool:
        """Whether this process writes."""
        return self.number == 0

    @property
    def shares(self) -> Shares:
        """What this process computes of each batch: a part for each of its devices."""
        of = self.strategy.num_replicas_in_sync
        devices = of // self.size
        return Shares(range(self.number * devices, (self.number + 1) * devices), of)

    def tell(self, text: str) -> str:
        """What the chief says here; nobody goes on before all have come here."""
        if self.size == 1:
            return text
        said = np.frombuffer(text.encode() if self.is_chief else b"", np.uint8)
        length = int(self._chiefs(np.array(said.size), ()))
        if length == 0:  # TensorFlow crashes on a sum of nothing
            return ""
        return bytes(self._chiefs(said, (length,)).astype(np.uint8)).decode()

    def wait(self) -> None:
        """Go on once all have come here."""
        self.tell("")

    @contextmanager
    def together(self) -> Iterator[None]:
        """Raise ``TeamError`` instead of what TensorFlow says where another process is gone."""
        try:
            yield
        except GONE as error:
            if self.size == 1:
                raise
            raise TeamError(
                "another worker has ended or cannot be reached; "
                "start all of them again, with --resume and the run's folder"
            ) from error

    def _chiefs(self, numbers: NDArray[np.integer], shape: tuple[int, ...]) -> NDArray[np.int64]:
        """The chief's ``numbers``, for all: a sum to which the others add zeros of that shape."""

        def mine(context: tf.distribute.experimental.ValueContext) -> tf.Tensor:
            speaks = context.replica_id_in_sync_group == 0
            return tf.constant(numbers if speaks else np.zeros(shape), tf.int64)

        said = self.strategy.experimental_distribute_values_from_function(mine)
        return np.asarray(self.strategy.reduce(tf.distribute.ReduceOp.SUM, said, axis=None))


def assemble() -> Team:
    """The team that ``TF_CONFIG`` and the devices make, once all of its processes are there.

    It has to come before anything else that TensorFlow is asked to do.

    Raises:
        TeamError: ``TF_CONFIG`` makes no sense.
    """
    number, size = _place(os.environ.get("TF_CONFIG") or "{}")
    if size > 1:
        return Team(tf.distribute.MultiWorkerMirroredStrategy(), number, size)
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(devices) > 1:
        return Team(tf.distribute.MirroredStrategy([device.name for device in devices]))
    return Team(tf.distribute.get_strategy())


def _place(tf_config: str) -> tuple[int, int]:
    """This process's number, and how many there are."""
    try:
        config = json.loads(tf_config)
        cluster = config.get("cluster", {})
        tasks = [(job, index) for job in JOBS for index in range(len(cluster.get(job, [])))]
        if len(tasks) < 2:
            return 0, 1
        task = config["task"]
        return tasks.index((task["type"], int(task["index"]))), len(tasks)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TeamError(f"TF_CONFIG: {tf_config}: {error}") from error
