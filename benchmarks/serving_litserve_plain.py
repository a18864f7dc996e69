"""The same path as a LitServe app, with TensorFlow as it comes.

python -m benchmarks.serving_litserve_plain 8000
"""

import sys

from benchmarks.on_litserve import serve
from benchmarks.peer_plain import PlainModel

if __name__ == "__main__":
    serve(PlainModel, wait_seconds=0.01, port=int(sys.argv[1]))
