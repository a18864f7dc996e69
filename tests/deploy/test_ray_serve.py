"""Two replicas under Ray Serve: they answer as the service does, and one may be killed."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import psutil
import pytest
import ray
import yaml
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families
from ray import serve

from tests.conftest import BIN, ROOT, ROUNDING, free_port
from tests.pictures import encode

pytestmark = pytest.mark.slow

CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "ray-serve.yaml").read_text())
CLIENTS = 12


@dataclass(frozen=True)
class Asked:
    """A request: when it began and ended, in seconds, and its status; None if it was cut off."""

    began: float
    ended: float
    status: int | None


def replicas() -> set[int]:
    """The process ids of the replicas that this process's Ray has."""
    family = psutil.Process().children(recursive=True)
    return {it.pid for it in family if "ServeReplica:deepfake" in it.name() + str(it.cmdline())}


def states() -> dict[str, int]:
    """How many replicas are in which state."""
    application = serve.status().applications.get("deepfake")
    if application is None or "Replica" not in application.deployments:
        return {}
    states = application.deployments["Replica"].replica_states
    return {str(getattr(state, "value", state)): count for state, count in states.items()}


def wait_for_two(
    process: subprocess.Popen[bytes], other_than: int | None = None, seconds: float = 120
) -> None:
    """Ray misses a dead replica only after a while: until then it counts as running."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "`serve run` ended"
        if states() == {"RUNNING": 2} and len(replicas() - {other_than}) == 2:
            return
        time.sleep(0.2)
    pytest.fail(f"there never were two replicas: {serve.status()}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """`serve run` of the file that ships, told to keep two replicas of one core."""
    port = free_port()
    config = {**CONFIG, "http_options": {**CONFIG["http_options"], "port": port}}
    small = {"cores": 1, "min_replicas": 2, "max_replicas": 2}
    config["applications"] = [{**CONFIG["applications"][0], "args": small}]
    file = tmp_path_factory.mktemp("ray") / "two.yaml"
    file.write_text(yaml.safe_dump(config))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DEEPFAKE_ANONYMOUS", "true")
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.chdir(ROOT)
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
        address = ray.get_runtime_context().gcs_address
    process = subprocess.Popen(
        [str(BIN / "serve"), "run", str(file)],
        cwd=ROOT,
        env={**os.environ, "RAY_ADDRESS": address, "URL": f"http://127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_two(process)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        ray.shutdown()


@pytest.fixture
def url(running: subprocess.Popen[bytes]) -> str:
    url: str = psutil.Process(running.pid).environ()["URL"]
    return url


def ask(url: str, picture: bytes) -> httpx.Response:
    return httpx.post(f"{url}/predict", files={"file": picture}, timeout=60)


def test_its_answers_are_the_services(url: str, server: str, face: bytes) -> None:
    mine, theirs = ask(url, face).json(), ask(server, face).json()
    assert mine["fake_probability"] == pytest.approx(theirs["fake_probability"], abs=ROUNDING)
    for name in ("verdict", "label", "model", "image", "warnings"):
        assert mine[name] == theirs[name]


def test_a_large_upload_comes_through_whole(url: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (2000, 2000, 3), np.uint8)
    picture = encode(Image.fromarray(pixels), "PNG")
    assert 10 * 2**20 < len(picture) < 20 * 2**20
    image = ask(url, picture).json()["image"]
    assert (image["width"], image["height"]) == (2000, 2000)


def test_errors_keep_their_shape(url: str) -> None:
    refused = ask(url, b"no picture")
    assert refused.status_code == 415
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "unsupported_format"


@pytest.mark.parametrize("path", ["/", "/readyz", "/model", "/v2/health/ready", "/openapi.json"])
def test_every_route_is_there(url: str, path: str) -> None:
    assert httpx.get(f"{url}{path}").status_code == 200


async def load(
    url: str, face: bytes, seconds: float, victim: int | None = None
) -> tuple[list[Asked], float]:
    """What became of the requests of so many seconds, and the time in their midst.

    Then the ``victim`` is killed. Each client asks again as soon as it is answered.
    """
    asked = list[Asked]()
    began = time.monotonic()

    async def ask_on(client: httpx.AsyncClient) -> None:
        while (now := time.monotonic()) < began + seconds:
            try:
                answer = await client.post(f"{url}/predict", files={"file": face}, timeout=30)
                status: int | None = answer.status_code
            except httpx.TransportError:
                status = None
            asked.append(Asked(now, time.monotonic(), status))

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=CLIENTS)) as client:
        asking = asyncio.gather(*(ask_on(client) for _ in range(CLIENTS)))
        await asyncio.sleep(seconds / 2)
        killed = time.monotonic()
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
        await asking
    return asked, killed


def answered_by(url: str) -> dict[float, float]:
    """Pictures that each replica has scored, by when its process began."""
    found = dict[float, float]()
    for _ in range(50):  # each is answered by one or the other
        values = dict[str, float]()
        for family in text_string_to_metric_families(httpx.get(f"{url}/metrics").text):
            for sample in family.samples:
                values[sample.name] = values.get(sample.name, 0.0) + sample.value
        found[values["process_start_time_seconds"]] = values.get("deepfake_verdicts_total", 0.0)
    return found


def asked_until_both_have_scored(url: str, face: bytes) -> dict[float, float]:
    """Ray's proxy hears of a new replica a little after Ray does."""
    end = time.monotonic() + 60
    while True:
        asked, _ = asyncio.run(load(url, face, seconds=2))
        assert {it.status for it in asked} == {200}
        scored = answered_by(url)
        if (len(scored) == 2 and all(scored.values())) or time.monotonic() > end:
            return scored


def test_one_is_killed_under_load_and_only_what_it_had_in_hand_is_lost(
    running: subprocess.Popen[bytes], url: str, server: str, face: bytes
) -> None:
    before = replicas()
    assert len(before) == 2
    victim = min(before)
    asked, killed = asyncio.run(load(url, face, seconds=8, victim=victim))

    lost = [it for it in asked if it.status != 200]
    in_hand = [it for it in asked if it.began <= killed <= it.ended]
    assert all(it in in_hand for it in lost)
    statuses = {it.status for it in lost}
    assert 500 in statuses
    assert statuses <= {500, None}  # an answer that the proxy had begun to pass on is cut off
    assert 0 < len(lost) < len(in_hand)  # what the other had in hand is answered
    assert sum(it.began > killed for it in asked) > CLIENTS

    wait_for_two(running, other_than=victim)
    assert len(replicas() - before) == 1
    scored = asked_until_both_have_scored(url, face)
    assert len(scored) == 2
    assert all(scored.values())
    mine, theirs = ask(url, face).json(), ask(server, face).json()
    assert mine["fake_probability"] == pytest.approx(theirs["fake_probability"], abs=ROUNDING)
