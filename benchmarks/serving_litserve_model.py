"""The same path as a LitServe app, with our model class.

python -m benchmarks.serving_litserve_model 8000
"""

import sys

from benchmarks.on_litserve import serve
from benchmarks.peer_tuned import TunedModel

if __name__ == "__main__":
    serve(TunedModel, wait_seconds=0.002, port=int(sys.argv[1]))
