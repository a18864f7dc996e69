"""How a file's name is written where it is read: a terminal, a table, JSON, an error.

On a disk a name is bytes: some are no UTF-8, some move a terminal's cursor or begin a line of
their own, and some streams cannot say what is in them. Each such byte is written as ``\\xff``, and
a backslash that could be taken for the beginning of one as ``\\x5c``. So a name that is written
tells which file is meant, and any stream can write it.
"""

import codecs
import os
import re

# Control characters, line ends beyond ASCII, and what turns the order of writing around.
_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_UNSAYABLE = re.compile(rf"[{_CONTROLS}]|\\(?=x[0-9a-f]{{2}})")
_ESCAPES = re.compile(r"(?:\\x[0-9a-f]{2})+")
ESCAPING = "deepfake.escaping"  # how a stream handles what it cannot say, for Python


def shown(name: str | os.PathLike[str], encoding: str | None = "utf-8") -> str:
    """A name, or a text that has some in it, as a stream of that ``encoding`` can write it.

    ``encoding`` None, which streams in memory have, is UTF-8. Printable text stays as it is.
    """
    encoding = encoding or "utf-8"
    text = _UNSAYABLE.sub(lambda found: _escaped(found[0]), os.fspath(name))
    return text.encode(encoding, ESCAPING).decode(encoding)


def meant(text: str) -> str:
    """The name that ``shown`` wrote as ``text``."""
    return _ESCAPES.sub(_unescaped, text)


def _escaped(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for character in text for byte in _bytes(character))


def _bytes(character: str) -> bytes:
    """Those on the disk, of which Python makes a low surrogate each where they are no UTF-8."""
    is_byte = "\udc80" <= character <= "\udcff"
    return character.encode("utf-8", "surrogateescape" if is_byte else "surrogatepass")


def _unescaped(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", "surrogateescape")


def _escape_unsayable(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  # Python calls it for no other
    return _escaped(error.object[error.start : error.end]), error.end


codecs.register_error(ESCAPING, _escape_unsayable)
