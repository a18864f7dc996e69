"""Traces reach a collector, tell where the time went, and nothing private."""

import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from service.scoring.schemas import Timing
from service.web.tracing import trace_stages
from tests.conftest import free_port, wait_until_ready
from tests.programs import Program

pytestmark = pytest.mark.usefixtures("toy_served")

NAME = "holiday-with-anna.jpg"
PARENT = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def received() -> Iterator[tuple[str, list[bytes]]]:
    """A collector's address, and what it has been sent."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()


@pytest.fixture(scope="module")
def exported(received: tuple[str, list[bytes]], face: bytes) -> list[bytes]:
    """What a server sent that scored one picture and was ended."""
    endpoint, bodies = received
    port = free_port()
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
    }
    process = Program("deepfake", "serve", "--port", str(port), environment=environment)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        parent = {"traceparent": f"00-{PARENT}-b7ad6b7169203331-01"}
        url = f"http://127.0.0.1:{port}/predict"
        assert httpx.post(url, files={"file": (NAME, face)}, headers=parent).status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    return bodies


@pytest.fixture(scope="module")
def spans(exported: list[bytes]) -> list[Span]:
    """Of the trace that the client began."""
    found = []
    for body in exported:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            found += [span for scope in resource.scope_spans for span in scope.spans]
    return [span for span in found if span.trace_id.hex() == PARENT]


def test_a_clients_trace_goes_on(spans: list[Span]) -> None:
    assert "POST /predict" in {span.name for span in spans}


def test_each_stage_is_a_span_after_the_other(spans: list[Span]) -> None:
    by_name = {span.name: span for span in spans}
    stages = [by_name[name] for name in ("decode", "faces", "provenance", "queue", "model")]
    for before, after in pairwise(stages):
        assert before.start_time_unix_nano <= before.end_time_unix_nano
        assert before.end_time_unix_nano == after.start_time_unix_nano
    request = by_name["POST /predict"]
    assert stages[-1].end_time_unix_nano <= request.end_time_unix_nano + 1_000_000


def test_nothing_private_is_sent(exported: list[bytes], face: bytes) -> None:
    assert exported
    for body in exported:
        assert NAME.encode() not in body
        assert b"client.address" not in body
        assert face[100:140] not in body


def test_without_a_collector_nothing_is_recorded() -> None:
    timing = Timing(decode=1, faces=1, provenance=0.0, queue=1, model=1, total=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "get_tracer", lambda _name: pytest.fail("it was asked for a tracer"))
        trace_stages(timing)
