"""PNG files (W3C, PNG, third edition): their chunks."""

import struct
import zlib
from collections.abc import Iterator

from service.pictures import code_points, colour
from service.pictures.parts import Parts

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}


def split(data: bytes) -> Parts:
    """Take EXIF and the colour profile out, and leave other metadata out.

    ``cICP`` counts before ``iCCP``, as it should; ``gAMA`` and ``cHRM`` do not: most programs that
    write them mean sRGB.
    """
    kept, position, said = [], 0, {b"eXIf": b"", b"iCCP": b"", b"cICP": b""}
    for kind, start, end in _chunks(data):
        if kind in _PIXELS:
            continue
        if kind in said:
            said[kind] = data[start + 8 : end - 4]
        kept.append(data[position:start])
        position = end
    profile = code_points.profile(*said[b"cICP"][:2]) or _unfolded(said[b"iCCP"])
    return Parts(b"".join([*kept, data[position:]]), said[b"eXIf"], profile)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The kind of each, its start and its end, which is that of ``data`` if it is cut short."""
    position = len(SIGNATURE)
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = min(position + 12 + length, len(data))
        yield kind, position, end
        position = end


def _unfolded(chunk: bytes) -> bytes:
    """A profile behind its name, which ends in a zero, and a byte for the method."""
    packed = chunk[chunk.find(b"\0") + 2 :]
    try:
        return zlib.decompressobj().decompress(packed, colour.MAX_PROFILE + 1)
    except zlib.error:
        return b""
