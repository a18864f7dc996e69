"""OpenVINO, without the event that its import would send its makers from a process of its own."""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino as openvino  # noqa: E402
from openvino import opset13 as opset13  # noqa: E402
from openvino.frontend import FrontEndManager as FrontEndManager  # noqa: E402
from openvino.frontend import NodeContext as NodeContext  # noqa: E402
from openvino.frontend.tensorflow import ConversionExtension as ConversionExtension  # noqa: E402
from openvino.preprocess import ColorFormat as ColorFormat  # noqa: E402
from openvino.preprocess import PrePostProcessor as PrePostProcessor  # noqa: E402
