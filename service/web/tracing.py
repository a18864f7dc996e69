"""OpenTelemetry: where the time of a picture goes, as spans under that of its request.

FastAPI makes the span of a request and sends all of them where ``OTEL_EXPORTER_OTLP_ENDPOINT``
says, if the extra ``tracing`` is installed; without that variable nothing is recorded.
"""

import time

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace

from service.scoring.schemas import Timing

# Metrics are Prometheus's; logs would carry the messages of exceptions.
CONFIG: TelemetryConfig = {"auto_configure": True, "metrics": False, "logs": False}

_STAGES = ("decode", "faces", "provenance", "queue", "model")


def trace_stages(timing: Timing) -> None:
    """Add a span for each stage of a picture that has just been answered."""
    if not trace.get_current_span().is_recording():
        return
    tracer = trace.get_tracer(__name__)
    at = time.time_ns() - _nanoseconds(timing.total)
    for stage in _STAGES:
        span = tracer.start_span(stage, start_time=at)
        at += _nanoseconds(getattr(timing, stage))
        span.end(at)


def _nanoseconds(milliseconds: float) -> int:
    return int(milliseconds * 1_000_000)
