"""The Ray Serve application of deploy/ray_serve.py, with a fixed number of replicas.

python -m benchmarks.serving_ray --replicas 2 --cores 1 8000
"""

import argparse

from benchmarks.on_ray import serve_until_sigterm
from deploy.ray_serve import Arguments, build


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="Serve with Ray.")
    parser.add_argument("port", type=int)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--cores", type=int, default=1)
    asked = parser.parse_args()
    arguments = Arguments(
        cores=asked.cores, min_replicas=asked.replicas, max_replicas=asked.replicas
    )
    serve_until_sigterm(build(arguments), asked.port, asked.replicas * asked.cores)


if __name__ == "__main__":
    main()
