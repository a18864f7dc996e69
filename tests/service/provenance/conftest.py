"""A picture with a content credential."""

import pytest

from tests.signed import sign


@pytest.fixture(scope="module")
def signed(face: bytes) -> bytes:
    return sign(face)
