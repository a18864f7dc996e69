"""Answers of whatever stands at the address: the service's own, a proxy's, another server's."""

import json
import socket

import pytest

import deepfake_client
from deepfake_client import Error, Unauthorized, Unavailable, Unreachable
from service.scoring.schemas import EXAMPLE
from tests.conftest import free_port
from tests.deepfake_client.conftest import Asking
from tests.deepfake_client.serving import CUT_OFF, answer, scripted

PREDICTION = json.dumps({**EXAMPLE, "request_id": "d5e1"})
PAGE = "<!doctype html><title>Another server</title>"


def problem(status: int, code: str) -> str:
    told = {"type": "", "title": "", "status": status, "detail": "So it is.", "code": code}
    return json.dumps({**told, "request_id": "d5e1"})


def test_an_answer_is_the_services_own_model(asking: type[Asking]) -> None:
    with scripted(answer("200 OK", PREDICTION)) as server:
        given = asking(server.url).predict(b"picture")
    assert given.model_dump(mode="json") == {**EXAMPLE, "request_id": "d5e1"}


def test_what_a_newer_service_adds_is_passed_over(asking: type[Asking]) -> None:
    newer = json.dumps({**json.loads(PREDICTION), "mood": "good"})
    with scripted(answer("200 OK", newer)) as server:
        assert asking(server.url).predict(b"picture").request_id == "d5e1"


def test_a_key_goes_as_bearer_and_without_one_nothing_does(asking: type[Asking]) -> None:
    with scripted(answer("200 OK", PREDICTION)) as server:
        asking(server.url, "df_one").predict(b"picture")
        asking(server.url).predict(b"picture")
    with_key, without = server.requests
    assert b"authorization: bearer df_one\r\n" in with_key.lower()
    assert b"authorization" not in without.lower()


def test_a_code_without_a_class_is_the_root_with_that_code(asking: type[Asking]) -> None:
    gone = answer("410 Gone", problem(410, "gone"))
    with scripted(gone) as server, pytest.raises(Error, match=r"So it is\.") as raised:
        asking(server.url).predict(b"picture")
    error = raised.value
    assert type(error) is Error
    assert (error.code, error.status, error.request_id) == ("gone", 410, "d5e1")


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "302 Found", "502 Bad Gateway"])
def test_another_server_is_told_as_what_it_is(status: str, asking: type[Asking]) -> None:
    page = answer(status, PAGE, "Location: /login")
    with scripted(page) as server, pytest.raises(Error, match=f" answered {status}, ") as raised:
        asking(server.url).predict(b"picture")
    assert str(raised.value).startswith(f"{server.url}/predict")
    assert type(raised.value) is Error
    assert raised.value.code == "unexpected_answer"
    assert raised.value.status == int(status[:3])


def test_an_answer_without_a_reason_is_told_all_the_same(asking: type[Asking]) -> None:
    with scripted(answer("500 ", "")) as server, pytest.raises(Error, match="answered 500"):
        asking(server.url).predict(b"picture")


def test_retry_after_is_waited_for(asking: type[Asking]) -> None:
    later = answer("503 Service Unavailable", problem(503, "draining"), "Retry-After: 1")
    with scripted(later, answer("200 OK", PREDICTION)) as server:
        with pytest.raises(deepfake_client.Draining) as raised:
            asking(server.url, patience=0.9).predict(b"picture")
        assert raised.value.retry_after == 1
        assert len(server.requests) == 1
        asking(server.url, patience=3).predict(b"picture")


def test_a_proxys_503_is_waited_for_too(asking: type[Asking]) -> None:
    for status in ("503 Service Unavailable", "429 Too Many Requests"):
        with scripted(answer(status, PAGE), answer("200 OK", PREDICTION)) as server:
            asking(server.url).predict(b"picture")
            assert len(server.requests) == 2


def test_a_date_to_come_back_at_is_no_wait(asking: type[Asking]) -> None:
    date = "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT"
    with scripted(answer("503 ", PAGE, date), answer("200 OK", PREDICTION)) as server:
        asking(server.url, patience=5).predict(b"picture")


def test_what_no_wait_mends_is_asked_once(asking: type[Asking]) -> None:
    with scripted(answer("401 Unauthorized", problem(401, "unauthorized"))) as server:
        with pytest.raises(Unauthorized):
            asking(server.url).predict(b"picture")
        assert len(server.requests) == 1


def test_nothing_is_tried_again_without_patience(asking: type[Asking]) -> None:
    with scripted(CUT_OFF) as server:
        with pytest.raises(Unreachable, match="no answer came"):
            asking(server.url, patience=0).predict(b"picture")
        assert len(server.requests) == 1


def test_patience_ends(asking: type[Asking]) -> None:
    with scripted(answer("503 ", problem(503, "overloaded"), "Retry-After: 0")) as server:
        with pytest.raises(Unavailable):
            asking(server.url, patience=0.5).predict(b"picture")
        assert len(server.requests) > 1


def test_where_nobody_listens_is_unreachable(asking: type[Asking]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match=url) as raised:
        asking(url, patience=0).predict(b"picture")
    assert (raised.value.code, raised.value.status) == ("unreachable", None)


def test_an_answer_that_is_too_late_is_none(asking: type[Asking]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unreachable, match=r"no answer came: (timed out|ReadTimeout)"):
            asking(url, timeout=0.2, patience=0).predict(b"picture")


def test_an_answer_that_breaks_off_is_tried_again(asking: type[Asking]) -> None:
    whole = answer("200 OK", PREDICTION)
    with scripted(whole[:-1], whole) as server:
        assert asking(server.url).predict(b"picture").request_id == "d5e1"
        assert len(server.requests) == 2
