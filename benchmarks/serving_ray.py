"""The Ray Serve application of deploy/ray_serve.py, with a fixed number of replicas.

python -m benchmarks.serving_ray --replicas 2 --cores 1 8000
"""

import argparse
import signal
import sys

import ray
from ray import serve

from deploy.ray_serve import Arguments, build


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="Serve with Ray.")
    parser.add_argument("port", type=int)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--cores", type=int, default=1)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # Ray ends its processes at exit
    ray.init(
        address="local",
        num_cpus=asked.replicas * asked.cores,
        include_dashboard=False,
        log_to_driver=False,
    )
    serve.start(http_options={"host": "127.0.0.1", "port": asked.port})
    arguments = Arguments(
        cores=asked.cores, min_replicas=asked.replicas, max_replicas=asked.replicas
    )
    serve.run(build(arguments), name="deepfake")
    signal.pause()


if __name__ == "__main__":
    main()
