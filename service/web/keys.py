"""API keys: who may ask. The service is told digests alone, so that its settings betray no key."""

import hashlib
import hmac
import secrets


def new_key() -> str:
    """A key that nobody can guess: 256 random bits, as text."""
    return f"df_{secrets.token_urlsafe(32)}"


def digest(key: str) -> str:
    """SHA-256 of a key, hexadecimal.

    A key is random and long, so that its digest needs neither salt nor many rounds.
    """
    return hashlib.sha256(key.encode()).hexdigest()


class Keys:
    """Those that are let in; several at once, so that one can be replaced by the next."""

    def __init__(self, digests: tuple[str, ...]) -> None:
        self._digests = digests

    def knows(self, key: str) -> bool:
        """Whether ``key`` is one of them, in a time that does not depend on which, or how far."""
        asked = digest(key)
        return any([hmac.compare_digest(asked, known) for known in self._digests])  # noqa: C419
