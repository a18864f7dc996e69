"""A photograph, and `deepfake` as a user runs it."""

import subprocess
from pathlib import Path

import pytest

from tests.programs import run


def deepfake(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("deepfake", *arguments, timeout=120, environment=environment)


@pytest.fixture
def photo(tmp_path: Path, face: bytes) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(face)
    return path
