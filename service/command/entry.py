"""``deepfake``: the first moment of the process, which may be told to end before it has begun.

Nothing that takes time is imported before it can be: a container's first process (PID 1) loses
each signal that it has no handler for, and Python and TensorFlow are imported for seconds.
"""

import os
import signal
import sys


def run() -> None:
    """Entry point of the command line."""
    serving = sys.argv[1:2] == ["serve"]
    # At once, since nothing has begun; only who serves has then done what it was to do.
    signal.signal(signal.SIGTERM, lambda number, _: os._exit(0 if serving else 128 + number))
    if serving:
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    if sys.argv[1:] == ["health"]:  # asked every few seconds, so it waits for nothing else
        from service.command import health

        sys.exit(health.check())
    from service.command import cli

    cli.run()
