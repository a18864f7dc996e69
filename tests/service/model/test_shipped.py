"""The model that comes along is found from any folder, in a checkout and in an installed wheel."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.model import shipped
from service.model.manifest import newest
from service.settings import read_settings
from tests.conftest import ARTIFACT, ROOT, SHIPPED

FOUND = "from service.settings import read_settings; print(read_settings().model.absolute())"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: one that holds nothing."""
    (folder := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_checkouts_is_found_from_any_folder(elsewhere: Path) -> None:
    assert read_settings().model == ARTIFACT
    assert list(elsewhere.iterdir()) == []


def test_that_of_the_working_folder_comes_first(elsewhere: Path) -> None:
    (elsewhere / shipped.PLACE).mkdir(parents=True)
    assert read_settings().model == shipped.PLACE


@pytest.mark.parametrize("named", ["models/other", "models/deepfake", "/nowhere"])
def test_that_which_is_named_is_taken_or_none(
    named: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert elsewhere
    monkeypatch.setenv("DEEPFAKE_MODEL", named)
    assert read_settings().model == Path(named)


def test_where_none_came_along_the_error_names_the_folder_that_is_missing(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "PACKAGE", elsewhere / "service")
    assert shipped.find() == shipped.PLACE


@pytest.mark.parametrize("name", ["model", "face_model"])
def test_a_tilde_is_the_home_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(f"DEEPFAKE_{name.upper()}", "~/deeper/one")
    assert getattr(read_settings(), name) == tmp_path / "deeper" / "one"
    monkeypatch.setenv(f"DEEPFAKE_{name.upper()}", "~no_such_user/one")
    assert getattr(read_settings(), name) == Path("~no_such_user/one")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_may_not_be_read_is_no_hindrance(tmp_path: Path) -> None:
    """As after `sudo -u` in one's own home."""
    (private := tmp_path / "private").mkdir(mode=0o700)
    script = (
        "import os; from service.model import shipped; "
        f"os.chdir({str(private)!r}); os.setuid(65534); shipped.find()"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


@pytest.mark.slow
def test_a_wheel_of_a_source_archive_brings_the_model(tmp_path: Path, elsewhere: Path) -> None:
    source, wheels, installed = (tmp_path / name for name in ("source", "wheels", "installed"))
    needed = ["service", "models", "setup.py", "MANIFEST.in", "pyproject.toml"]
    listed = ["git", "ls-files", "-z", *needed]
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).split("\0")[:-1]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    (source / "README.md").touch()
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    pack = "import setuptools.build_meta as it; it.build_sdist('.')"
    subprocess.run([sys.executable, "-c", pack], cwd=source, check=True, capture_output=True)
    (packed,) = map(str, source.glob("*.tar.gz"))
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), packed]
    subprocess.run(build, check=True)
    (wheel,) = map(str, wheels.iterdir())
    subprocess.run([*pip, "install", "--no-deps", "--target", str(installed), wheel], check=True)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    found = subprocess.check_output(
        [sys.executable, "-c", FOUND], cwd=elsewhere, env=environment, text=True
    ).strip()
    assert Path(found).is_relative_to(installed)
    for path in SHIPPED.rglob("*"):
        if path.is_file():
            copied = newest(Path(found)) / path.relative_to(SHIPPED)
            assert copied.read_bytes() == path.read_bytes()
