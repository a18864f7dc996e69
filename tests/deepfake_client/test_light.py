"""The client is light: what scores pictures is neither imported nor asked to be installed."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT

HEAVY = {"tensorflow", "keras", "cv2", "numpy", "PIL", "fastapi", "uvicorn", "limits", "training"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("module", ["deepfake_client", "service.command.cli"])
def test_a_fresh_interpreter_imports_nothing_heavy(module: str) -> None:
    source = f"import sys, {module}; print(*sys.modules)"
    names = subprocess.check_output([sys.executable, "-c", source], cwd=ROOT, text=True).split()
    assert module in names
    assert not HEAVY & set(names)


def test_what_a_client_installs_is_little() -> None:
    names = {re.split(r"[<>=]", it)[0] for it in PROJECT["dependencies"]}
    assert names == {"httpx", "pydantic", "rich", "tenacity", "typer"}


@pytest.mark.parametrize("extra", sorted(PROJECT["optional-dependencies"].keys() - {"serve"}))
def test_every_other_extra_brings_what_serves(extra: str) -> None:
    """So that who has always installed one of them has all that it needs."""
    wanted = " ".join(PROJECT["optional-dependencies"][extra])
    assert re.search(r"deepfake-detector\[(serve|bulk,)", wanted)


def test_the_image_brings_what_serves_whatever_else_it_is_told_to() -> None:
    assert "for extra in serve ${EXTRA};" in (ROOT / "Dockerfile").read_text()
