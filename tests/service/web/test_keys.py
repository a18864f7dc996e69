"""API keys: hard to guess, known by their digests alone, several at once."""

import hashlib

from service.settings import DIGEST
from service.web import keys
from service.web.keys import Keys


def test_each_key_is_new_and_long() -> None:
    made = {keys.new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(len(key) >= 3 + 43 for key in made), "256 bits in base 64"


def test_a_digest_is_sha_256() -> None:
    assert keys.digest("df_one") == hashlib.sha256(b"df_one").hexdigest()
    assert DIGEST.fullmatch(keys.digest("ключ"))


def test_every_key_whose_digest_is_given_is_known() -> None:
    old, new = keys.new_key(), keys.new_key()
    both = Keys((keys.digest(old), keys.digest(new)))
    assert both.knows(old)
    assert both.knows(new)


def test_no_other_is_known() -> None:
    key = keys.new_key()
    known = Keys((keys.digest(key),))
    for other in ("", key[:-1], f"{key} ", key.upper(), keys.digest(key), "\N{SNOWMAN}"):
        assert not known.knows(other)
    assert not Keys(()).knows(key)
