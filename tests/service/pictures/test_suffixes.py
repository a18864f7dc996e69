"""Suffixes: each format that is read has its own, and what decodes it is not asked."""

import subprocess
import sys

from service.pictures import formats, suffixes
from tests.conftest import ROOT


def test_each_format_has_suffixes_and_no_two_share_one() -> None:
    assert set(formats.FORMATS) <= set(suffixes.BY_FORMAT)
    assert all(suffixes.BY_FORMAT.values())
    assert len(suffixes.ALL) == sum(map(len, suffixes.BY_FORMAT.values()))


def test_all_are_written_as_they_are_compared() -> None:
    assert all(it.startswith(".") and it == it.lower() for it in suffixes.ALL)


def test_folders_are_searched_without_what_decodes_pictures() -> None:
    source = "import sys, service.pictures.folders; print(*sys.modules)"
    names = subprocess.check_output([sys.executable, "-c", source], cwd=ROOT, text=True).split()
    assert not {"PIL", "numpy", "pillow_heif"} & set(names)
