"""What some clients send, and many servers do not expect, on each route that takes a body."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.wire import said, written

UPLOADS = ("/predict", "/predict/batch", "/")
INFERENCES = ("/v2/models/deepfake/infer", "/v2/models/deepfake/versions/{version}/infer")
ROUTES = (*UPLOADS, *INFERENCES)

# As Java's HttpClient and `curl --http2` send it: HTTP/2, if you like.
H2C = {
    "Connection": "close, Upgrade, HTTP2-Settings",
    "Upgrade": "h2c",
    "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
}
WEBSOCKET = {
    "Connection": "close, Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
OTHERS = {"Connection": "close, upgrade", "Upgrade": "IRC/6.9, TLS/1.0"}

Asked = tuple[str, dict[str, str], bytes]


@pytest.fixture
def asked(server: str, face: bytes) -> Callable[[str], Asked]:
    """The target, the headers and the body of a request that is answered with 200."""
    served = str(httpx.get(f"{server}/model").json()["version"])

    def make(route: str) -> Asked:
        data = base64.b64encode(face).decode()
        tensor = {"name": "file", "datatype": "BYTES", "shape": [1], "data": [data]}
        what = {"files": {"file": face}} if route in UPLOADS else {"json": {"inputs": [tensor]}}
        target = route.format(version=served)
        request = httpx.Request("POST", server + target, **what)
        body = request.read()
        kind = {"Content-Type": request.headers["content-type"]}
        return target, {**kind, "Content-Length": str(len(body))}, body

    return make


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("offer", [H2C, WEBSOCKET, OTHERS], ids=["h2c", "websocket", "others"])
def test_a_body_with_an_offer_to_speak_otherwise_is_read(
    route: str, offer: dict[str, str], server: str, asked: Callable[[str], Asked]
) -> None:
    target, headers, body = asked(route)
    status, told, _ = said(server, written("POST", target, {**headers, **offer}, body))
    assert (status, told.get("upgrade")) == (200, None)


def test_a_chunked_body_with_that_offer_is_read(server: str, asked: Callable[[str], Asked]) -> None:
    target, headers, body = asked("/predict")
    del headers["Content-Length"]
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    offered = {**headers, **H2C, "Transfer-Encoding": "chunked"}
    assert said(server, written("POST", target, offered, chunks))[0] == 200


def test_what_follows_on_the_same_connection_is_answered_too(
    server: str, asked: Callable[[str], Asked]
) -> None:
    target, headers, body = asked("/predict")
    offer = {**H2C, "Connection": "Upgrade, HTTP2-Settings"}
    first = written("POST", target, {**headers, **offer}, body)
    _, _, rest = said(server, first + first + written("GET", "/healthz", {}))
    assert rest.count(b"HTTP/1.1 200") == 2


def test_an_offer_without_a_body_is_passed_over(server: str) -> None:
    for offer in (H2C, WEBSOCKET):
        status, _, body = said(server, written("GET", "/healthz", offer))
        assert (status, json.loads(body)) == (200, {"status": "ok"})


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("coding", ["gzip", "BR", "identity, deflate"])
def test_a_compressed_body_is_refused_by_name(
    route: str, coding: str, server: str, asked: Callable[[str], Asked]
) -> None:
    target, headers, body = asked(route)
    encoded = written("POST", target, {**headers, "Content-Encoding": coding}, body)
    status, told, answer = said(server, encoded)
    assert (status, told["accept-encoding"]) == (415, "identity")
    assert f"The body is encoded as {coding}; send it as it is.".encode() in answer


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_that_is_said_not_to_be_encoded_is_read(
    route: str, server: str, asked: Callable[[str], Asked]
) -> None:
    target, headers, body = asked(route)
    plain = written("POST", target, {**headers, "Content-Encoding": "Identity"}, body)
    assert said(server, plain)[0] == 200


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("route", UPLOADS)
def test_curl_that_offers_http2_is_answered(
    route: str, server: str, face: bytes, tmp_path: Path
) -> None:
    (tmp_path / "face.jpg").write_bytes(face)
    command = ["curl", "--silent", "--show-error", "--http2", "--form", "file=@face.jpg"]
    command += ["--output", "answer", "--write-out", "%{http_code}", server + route]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "200"


JAVA = """
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;

class Ask {
    public static void main(String[] given) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int at = 0; at < given.length; at += 3) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(given[at]))
                .header("Content-Type", given[at + 1])
                .POST(HttpRequest.BodyPublishers.ofFile(Path.of(given[at + 2]))).build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(answer.statusCode());
        }
    }
}
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java")
def test_javas_own_client_is_answered(
    server: str, asked: Callable[[str], Asked], tmp_path: Path
) -> None:
    (tmp_path / "Ask.java").write_text(JAVA)
    command = ["java", "Ask.java"]
    for number, route in enumerate(ROUTES):
        target, headers, body = asked(route)
        (tmp_path / f"body{number}").write_bytes(body)
        command += [server + target, headers["Content-Type"], f"body{number}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["200"] * len(ROUTES)
