"""How often one may ask: counted for each caller, told in headers, refused beyond."""

import re

import pytest

from service.web.quota import Quota
from service.web.refusals import RateLimited


def remaining(headers: dict[str, str]) -> int:
    found = re.fullmatch(r'"requests";r=(\d+);t=(\d+)', headers["RateLimit"])
    assert found
    assert int(found[2]) >= 1
    return int(found[1])


def test_each_request_leaves_one_less() -> None:
    quota = Quota("3/hour")
    assert [remaining(quota.take("one")) for _ in range(3)] == [2, 1, 0]


def test_the_policy_is_told_in_seconds() -> None:
    assert Quota("5/minute").take("one")["RateLimit-Policy"] == '"requests";q=5;w=60'
    assert Quota("100 per 2 hours").take("one")["RateLimit-Policy"] == '"requests";q=100;w=7200'


def test_what_is_too_much_is_refused_with_when_to_come_back() -> None:
    quota = Quota("1/hour")
    quota.take("one")
    with pytest.raises(RateLimited) as refusal:
        quota.take("one")
    headers = refusal.value.headers
    assert 1 <= int(headers["Retry-After"]) <= 3600
    assert remaining(headers) == 0
    assert headers["RateLimit"].endswith(f";t={headers['Retry-After']}")
    assert headers["RateLimit-Policy"] == '"requests";q=1;w=3600'
    assert headers["Retry-After"] in str(refusal.value)


def test_callers_are_counted_apart() -> None:
    quota = Quota("1/hour")
    quota.take("one")
    assert remaining(quota.take("other")) == 0


def test_what_is_no_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="couldn't parse"):
        Quota("often")
