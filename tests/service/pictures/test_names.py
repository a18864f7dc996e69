"""A name is shown in a way that any stream can write, and that tells which file is meant."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.pictures.names import meant, shown


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (b"photo.jpg", "photo.jpg"),
        ("Zoë's 写真 👩\u200d👩\u200d👧 11.45\u202fPM.jpg".encode(), None),
        (b"caf\xe9.jpg", r"caf\xe9.jpg"),
        (b"\xff\xfe.jpg", r"\xff\xfe.jpg"),
        (b"two\nlines\r.jpg", r"two\x0alines\x0d.jpg"),
        (b"\x1b[2J\x1b]0;title\x07.jpg", r"\x1b[2J\x1b]0;title\x07.jpg"),
        ("\x9b2J\x85.jpg".encode(), r"\xc2\x9b2J\xc2\x85.jpg"),
        ("a\u2028b\u202egpj.exe".encode(), r"a\xe2\x80\xa8b\xe2\x80\xaegpj.exe"),
        (rb"C:\photos\me.jpg", r"C:\photos\me.jpg"),
        (rb"literal\xff.jpg", r"literal\x5cxff.jpg"),
        (b"mixed\\\xff.jpg", r"mixed\\xff.jpg"),
    ],
)
def test_what_cannot_be_said_is_escaped_and_the_rest_is_not(
    name: bytes, written: str | None
) -> None:
    assert shown(os.fsdecode(name)) == (os.fsdecode(name) if written is None else written)


@given(st.binary(max_size=40), st.sampled_from(["utf-8", "ascii", "latin-1", "cp1252", "utf-16"]))
@example(rb"\x5cxff\x5c\\x", "ascii")
@example(b"\\x4\xff", "utf-8")
@example(b"\xc3\\xa4\xc3\xa4", "ascii")
def test_the_very_name_is_found_again(name: bytes, encoding: str) -> None:
    text = shown(os.fsdecode(name), encoding)
    assert os.fsencode(meant(text)) == name
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    stream.write(text)
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in text)


def test_two_names_are_never_written_alike() -> None:
    names = [b"a\xff", rb"a\xff", rb"a\x5cxff", b"a\\\xff", "aÿ".encode(), rb"a\xFF", b"a\n"]
    assert len({shown(os.fsdecode(name)) for name in names}) == len(names)
    assert len({shown(os.fsdecode(name), "ascii") for name in names}) == len(names)


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", "ä€.jpg"),
        ("ascii", r"\xc3\xa4\xe2\x82\xac.jpg"),
        ("latin-1", r"ä\xe2\x82\xac.jpg"),
    ],
)
def test_what_a_stream_cannot_say_is_escaped_alike(encoding: str, written: str) -> None:
    assert shown("ä€.jpg", encoding) == written
    assert meant(written) == "ä€.jpg"


def test_a_stream_in_memory_says_everything() -> None:
    assert shown("ä.jpg", io.StringIO().encoding) == "ä.jpg"


def test_a_path_is_a_name() -> None:
    assert shown(Path("a") / os.fsdecode(b"\xff.jpg")) == r"a/\xff.jpg"


def test_what_is_in_no_name_can_still_be_shown() -> None:
    """JSON may hold half of a pair of surrogates."""
    assert shown("\ud83d.jpg") == r"\xed\xa0\xbd.jpg"
    assert meant("\ud83d.jpg") == "\ud83d.jpg"
