"""Formats: those that are offered are read, by default that of telephones as well."""

import re

import pytest

from service.pictures import formats, imaging
from tests.conftest import ROOT
from tests.pictures import PORTRAIT, encode

DEFAULTS = {
    "Makefile": r"--editable '\.\[([^]]*)\]'\n\t@touch \$@\n\n\$\(VENV\)/dev",
    "Dockerfile": r'\nARG EXTRA="([^"]*)"',
    "docker-compose.yml": r"EXTRA: (.*)\n",
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_heic_is_read_by_default(name: str) -> None:
    extras = re.search(DEFAULTS[name], (ROOT / name).read_text())
    assert extras is not None
    assert {"c2pa", "heic"} <= set(re.split(r"[, ]", extras[1]))


@pytest.mark.parametrize("name", formats.FORMATS)
def test_each_format_is_known_by_its_first_bytes(name: str) -> None:
    data = encode(PORTRAIT.resize((64, 64)), name)
    assert formats.has_signature(data)
    assert formats.split(data).pixels[:12] == data[:12]
    assert imaging.decode(data).format == name
    assert name in formats.in_words()


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"II", b"ftyp", b"%PDF", bytes(64)])
def test_what_is_none_is_left_alone(data: bytes) -> None:
    assert formats.split(data).pixels == data
    assert not formats.has_signature(data)
