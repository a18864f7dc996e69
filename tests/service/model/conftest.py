"""A version folder of the model that a test may change."""

import shutil
from pathlib import Path

import pytest

from tests import toy
from tests.conftest import SHIPPED


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped version folder, to be damaged."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "deepfake" / SHIPPED.name))


@pytest.fixture
def toy_version(tmp_path: Path) -> Path:
    """The version folder of a toy that goes by the shipped model's name."""
    return toy.write(tmp_path / "deepfake", SHIPPED)
