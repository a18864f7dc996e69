"""What Prometheus is told: how much is done, how fast, how full, and with which answers."""

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
TENTHS = tuple(n / 10 for n in range(1, 11))

REQUESTS = Counter(
    "deepfake_requests", "Requests that were answered.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "deepfake_request_seconds", "From a request's head to its answer.", ["route"], buckets=SECONDS
)
IN_FLIGHT = Gauge("deepfake_in_flight", "Requests under way.")
REFUSALS = Counter("deepfake_refusals", "Errors that callers were answered.", ["code"])
QUEUE_DEPTH = Gauge("deepfake_queue_depth", "Faces that wait for a call of the model.")
BATCH_SIZE = Histogram(
    "deepfake_batch_size", "Faces in one call of the model.", buckets=(1, 2, 4, 8, 16, 32, 64)
)
MODEL_SHAPES = Gauge(
    "deepfake_model_shapes", "Batch sizes that the graph was given; grows only while it warms up."
)
STAGE_SECONDS = Histogram(
    "deepfake_stage_seconds", "A picture's time by stage.", ["stage"], buckets=SECONDS
)
VERDICTS = Counter("deepfake_verdicts", "Answers.", ["verdict"])
SCORES = Histogram("deepfake_score", "Probability of fake, by picture.", buckets=TENTHS)
MODEL = Gauge(
    "deepfake_model", "1 for the model that is served.", ["name", "version", "architecture"]
)


def count_answer(verdict: str, fake_probability: float, timing_ms: Mapping[str, float]) -> None:
    """Count one picture's answer and its times by stage."""
    VERDICTS.labels(verdict).inc()
    SCORES.observe(fake_probability)
    for stage, milliseconds in timing_ms.items():
        STAGE_SECONDS.labels(stage).observe(milliseconds / 1000)


def name_model(name: str, version: int, architecture: str) -> None:
    """Say which model is served from now on."""
    MODEL.clear()
    MODEL.labels(name, str(version), architecture).set(1)
