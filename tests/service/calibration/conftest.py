"""Real pictures and fakes as they are collected, with scores like those of the model's test."""

import pytest

from service.calibration.collected import Collected
from tests.service.calibration.test_doubts import collect, drawn


@pytest.fixture
def real() -> Collected:
    return collect(drawn(150))


@pytest.fixture
def fake() -> Collected:
    return collect(drawn(40, "fake"), prefix="fake")
