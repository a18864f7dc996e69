"""The deepfake detector as a service: bytes of a picture in, a verdict out."""

import sys

# Importing OpenVINO would send its makers an event, from a process of its own, unless this is none.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
