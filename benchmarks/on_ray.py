"""A Ray Serve application on this machine, on a port, until SIGTERM."""

import signal
import sys

import ray
from ray import serve
from ray.serve import Application


def serve_until_sigterm(application: Application, port: int, cores: int) -> None:
    """Start Ray with so many cores and serve; Ray ends its processes at exit."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ray.init(address="local", num_cpus=cores, include_dashboard=False, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(application, name="deepfake")
    signal.pause()
