"""TensorFlow loads alone and says nothing; what was set in the environment stays set."""

import os
import subprocess
import sys

import pytest

from service.model.tensorflow_engine import OLDER_KERAS
from tests.conftest import ROOT

SCRIPT = f"""
import gc, os, sys
import service.model.tensorflow_engine
print("tensorflow" in sys.modules, "keras" in sys.modules, gc.isenabled(), end=" ")
print(os.environ.get({OLDER_KERAS!r}))
"""


@pytest.mark.parametrize("before", [None, "0"])
def test_it_loads_alone(before: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if name != OLDER_KERAS}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**environment, **({OLDER_KERAS: before} if before else {})},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"True False True {before}\n"
    assert done.stderr == ""
