"""Errors: each code that the API documents has its class, and nobody waits for what cannot come."""

import pickle

import pytest

from deepfake_client import errors
from deepfake_client.errors import BY_CODE, Error, PictureError, Unavailable, Unreachable
from service.errors import DeepfakeError
from service.web import refusals
from service.web.routes.predict import OF_PICTURES, OF_UPLOADS

DOCUMENTED: list[type[DeepfakeError]] = [*OF_UPLOADS, *OF_PICTURES, refusals.InvalidParameter]


@pytest.mark.parametrize("kind", DOCUMENTED, ids=lambda kind: kind.code)
def test_each_error_of_the_api_has_its_own_class(kind: type[DeepfakeError]) -> None:
    own = BY_CODE[kind.code]
    assert own.code == kind.code
    assert kind is DeepfakeError or own.__name__ == kind.__name__
    assert f"{kind.status}  {kind.code}" in str(errors.__doc__)


def test_no_class_is_for_what_the_api_never_says() -> None:
    never = set(BY_CODE) - {kind.code for kind in DOCUMENTED}
    assert never == {Error.code, Unreachable.code}


@pytest.mark.parametrize("kind", DOCUMENTED, ids=lambda kind: kind.code)
def test_what_is_waited_for_is_what_the_service_calls_a_moment(kind: type[DeepfakeError]) -> None:
    waits = issubclass(kind, refusals.Unavailable | refusals.RateLimited)
    assert issubclass(BY_CODE[kind.code], Unavailable) == waits


@pytest.mark.parametrize("kind", OF_PICTURES, ids=lambda kind: kind.code)
def test_what_is_wrong_with_a_picture_keeps_no_other(kind: type[DeepfakeError]) -> None:
    assert issubclass(BY_CODE[kind.code], PictureError)


def test_an_error_is_one_line_with_what_a_program_needs() -> None:
    error = errors.CorruptImage("The PNG data is damaged.", status=422, request_id="d5e1")
    assert str(error) == error.detail == "The PNG data is damaged."
    assert (error.code, error.status, error.request_id) == ("corrupt_image", 422, "d5e1")


def test_an_error_goes_from_process_to_process() -> None:
    error = Error("Gone.", code="gone", status=410, request_id="d5e1")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert vars(again) == vars(error)
    assert str(again) == "Gone."


def test_a_code_of_ones_own_leaves_the_class_as_it_is() -> None:
    assert Error("Gone.", code="gone").code == "gone"
    assert Error("Gone.").code == "unexpected_answer"
