"""The walls of the house: who may import whom."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

SHARED = ("service.pictures", "service.errors")  # what defines the pixels, and its errors


def imported_modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", files("service"), ids=str)
def test_service_never_imports_training(path: Path) -> None:
    assert not {name for name in imported_modules(path) if name.split(".")[0] == "training"}


@pytest.mark.parametrize("path", files("training"), ids=str)
def test_training_takes_only_the_pixels_from_service(path: Path) -> None:
    taken = {name for name in imported_modules(path) if name.startswith("service.")}
    modules = {".".join(name.split(".")[:2]) for name in taken}
    assert modules <= SHARED


@pytest.mark.parametrize("path", files("service"), ids=str)
def test_nothing_but_the_command_line_imports_the_app(path: Path) -> None:
    assert "service.web.app" not in imported_modules(path) or path.name == "cli.py"


@pytest.mark.parametrize("path", [*files("service"), *files("training")], ids=str)
def test_one_concept_a_file(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250
