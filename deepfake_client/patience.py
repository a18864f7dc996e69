"""When a request that failed is sent again: what is not now may be later, and all else is not."""

from typing import TypeVar

from tenacity import (
    BaseRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_before_delay,
    wait_random_exponential,
)

from deepfake_client.errors import Unavailable

# Beside what the service asks for: so that those who were refused together come back apart.
_APART = wait_random_exponential(multiplier=0.1, max=5)

Retrying = TypeVar("Retrying", bound=BaseRetrying)


def patient(kind: type[Retrying], seconds: float) -> Retrying:
    """Asks again, as ``Retry-After`` says, for as long as ``seconds``; then raises the last error.

    No request begins after that. ``kind`` is tenacity's ``Retrying`` or ``AsyncRetrying``.
    """
    return kind(
        retry=retry_if_exception_type(Unavailable),
        wait=_pause,
        stop=stop_before_delay(seconds),
        reraise=True,
    )


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Unavailable) else 0.0
    return asked + _APART(state)
