"""The walls of the house: which room may import from which."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Each imports only from itself and from those before it; files in the package itself have their
# own place among the rooms.
SERVICE = (
    *("errors", "metrics", "pictures", "provenance", "model", "settings", "scoring"),
    *("calibration", "bulk", "web", "command"),
)
TRAINING = (
    *("errors", "console", "places"),
    *("data", "networks", "fitting", "artifact", "judging", "cli", "__main__"),
)
LAYERS = {"service": SERVICE, "training": TRAINING}
SHARED = {"pictures", "errors"}  # of the service: what defines the pixels, and its errors
# What the client takes from the service; none of it imports what a client does not install.
LIGHT = {"service.pictures.folders", "service.scoring.schemas", "service.scoring.words"}


def imported_modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_of(path: Path, package: str) -> set[str]:
    """The rooms of ``package`` that a file imports from."""
    return {name.split(".")[1] for name in imported_modules(path) if name.startswith(f"{package}.")}


def files(package: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", LAYERS)
def test_every_room_has_its_place_and_says_what_it_knows(package: str) -> None:
    found = {path.stem for path in (ROOT / package).iterdir() if path.suffix == ".py"}
    found |= {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert found - {"__init__"} == set(LAYERS[package])
    for path in (ROOT / package).rglob("__init__.py"):
        sentence = ast.get_docstring(ast.parse(path.read_text())) or ""
        assert sentence.endswith("."), path
        assert len(path.read_text().splitlines()) == 1, path


@pytest.mark.parametrize("path", [*files("service"), *files("training")], ids=str)
def test_a_room_imports_only_from_those_below_it(path: Path) -> None:
    package, *inside = path.with_suffix("").parts
    if inside == ["__init__"]:
        return
    layers = LAYERS[package]
    below = set(layers[: layers.index(inside[0]) + 1])
    assert rooms_of(ROOT / path, package) <= below


@pytest.mark.parametrize("path", files("service"), ids=str)
def test_service_never_imports_training(path: Path) -> None:
    assert not {name for name in imported_modules(ROOT / path) if name.startswith("training")}


@pytest.mark.parametrize("path", files("training"), ids=str)
def test_training_takes_only_the_pixels_from_service(path: Path) -> None:
    assert rooms_of(ROOT / path, "service") <= SHARED


@pytest.mark.parametrize("path", files("service"), ids=str)
def test_nothing_but_the_command_line_imports_the_app(path: Path) -> None:
    taken = {name for name in imported_modules(ROOT / path) if name.startswith("service.web.app.")}
    assert not taken or path.name == "cli.py"


@pytest.mark.parametrize("path", files("deepfake_client"), ids=str)
def test_the_client_takes_only_what_is_light_from_service(path: Path) -> None:
    names = {name for name in imported_modules(ROOT / path) if name.startswith("service.")}
    assert all(any(f"{name}.".startswith(f"{it}.") for it in LIGHT) for name in names), names


@pytest.mark.parametrize("path", [*files("service"), *files("training")], ids=str)
def test_only_the_command_line_asks_as_a_client(path: Path) -> None:
    asks = any(name.startswith("deepfake_client") for name in imported_modules(ROOT / path))
    assert not asks or path.parent.name == "command"


ALL = [*files("service"), *files("training"), *files("deepfake_client")]


@pytest.mark.parametrize("path", ALL, ids=str)
def test_one_concept_a_file(path: Path) -> None:
    assert len((ROOT / path).read_text().splitlines()) <= 250
