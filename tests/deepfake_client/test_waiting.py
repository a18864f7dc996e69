"""A real service that cannot answer now, does not know who asks, or is gone: both clients."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import deepfake_client
from deepfake_client import Outcome, Verdict
from service.web.keys import digest, new_key
from tests.conftest import free_port, running_server
from tests.deepfake_client.conftest import Asking
from tests.deepfake_client.serving import CUT_OFF, answer, scripted
from tests.pictures import smooth
from tests.programs import Program

KEY = new_key()


@pytest.fixture(scope="module")
def locked(toys: Path) -> Iterator[str]:
    """A service with little room, that asks for a key."""
    with running_server(
        DEEPFAKE_MODEL=str(toys), DEEPFAKE_API_KEYS=digest(KEY), DEEPFAKE_QUEUE_LIMIT="1"
    ) as url:
        yield url


def test_a_key_lets_in_and_another_is_its_own_exception(
    locked: str, asking: type[Asking], photo: Path
) -> None:
    assert asking(locked, KEY).predict(photo).verdict is Verdict.REAL
    for key in (None, "", "df_another"):
        with pytest.raises(deepfake_client.Unauthorized, match="Send an API key") as raised:
            asking(locked, key).predict(photo)
        assert (raised.value.status, raised.value.code) == (401, "unauthorized")
        with pytest.raises(deepfake_client.Unauthorized):
            asking(locked, key).predict_many([photo] * 20)


@pytest.mark.slow
def test_an_overload_is_waited_for(locked: str, asking: type[Asking], tmp_path: Path) -> None:
    """Eight at a time where there is room for one: most are refused at first."""
    paths = [tmp_path / f"{seed}.png" for seed in range(12)]
    for seed, path in enumerate(paths):
        smooth(seed, side=1200).save(path)
    outcomes = asking(locked, KEY).predict_many(paths, concurrency=8)
    assert [outcome.path for outcome in outcomes] == paths
    assert all(outcome.prediction for outcome in outcomes)
    assert 'deepfake_refusals_total{code="overloaded"}' in httpx.get(f"{locked}/metrics").text


@pytest.mark.slow
def test_a_rate_limit_is_waited_for(toys: Path, asking: type[Asking], photo: Path) -> None:
    with running_server(DEEPFAKE_MODEL=str(toys), DEEPFAKE_RATE_LIMIT="2/2 second") as url:
        outcomes = asking(url).predict_many([photo] * 5)
        assert all(outcome.prediction for outcome in outcomes)
        with pytest.raises(deepfake_client.RateLimited) as raised:
            asking(url, patience=0).predict_many([photo] * 3)
        assert raised.value.retry_after >= 1


def test_a_service_that_starts_is_waited_for(toys: Path, asking: type[Asking], photo: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with pytest.raises(deepfake_client.Unreachable, match="no answer came"):
        asking(url).wait_until_ready(0.2)
    environment = {"DEEPFAKE_MODEL": str(toys)}
    server = Program("deepfake", "serve", "--port", str(port), environment=environment)
    try:
        asking(url).wait_until_ready(120)
        assert asking(url, patience=0).predict(photo).verdict is Verdict.REAL
    finally:
        server.kill()
        server.wait(30)


def test_a_dropped_connection_is_tried_again(
    served: str, asking: type[Asking], face: bytes
) -> None:
    told = httpx.post(f"{served}/predict", files={"file": face}).text
    with scripted(CUT_OFF, CUT_OFF, answer("200 OK", told)) as server:
        assert asking(server.url).predict(face).verdict is Verdict.REAL
        assert len(server.requests) == 3
        assert all(face in request for request in server.requests)


@pytest.mark.slow
def test_connections_that_the_real_service_drops_are_tried_again(
    toys: Path, asking: type[Asking], photo: Path
) -> None:
    """It is killed amid its work, and another one comes up at its address."""
    port = free_port()
    words = ("serve", "--port", str(port))
    environment = {"DEEPFAKE_MODEL": str(toys)}
    server = Program("deepfake", *words, environment=environment)
    url = f"http://127.0.0.1:{port}"
    asking(url).wait_until_ready(120)
    outcomes: list[Outcome] = []
    asker = threading.Thread(
        target=lambda: outcomes.extend(asking(url).predict_many([photo] * 100))
    )
    asker.start()
    time.sleep(0.3)
    assert asker.is_alive(), "it is amid its work"
    server.kill()
    server.wait(30)
    server = Program("deepfake", *words, environment=environment)
    try:
        asker.join(120)
    finally:
        server.kill()
        server.wait(30)
    assert [bool(outcome.prediction) for outcome in outcomes] == [True] * 100
