"""BMP files (Microsoft, BITMAPV5HEADER): the colour profile behind the pixels."""

import struct

from service.pictures.parts import Parts

SIGNATURE = b"BM"
_HEADER = 14  # where it begins, behind the file's own
_V5 = 124  # bytes, which it says first
_EMBEDDED = b"DEBM"  # the kind of colours, a number whose bytes are turned round


def split(data: bytes) -> Parts:
    """Say which profile there is, if it stands in the file itself."""
    header = data[_HEADER : _HEADER + _V5]
    if len(header) < _V5 or header[:4] != struct.pack("<I", _V5) or header[56:60] != _EMBEDDED:
        return Parts(data)
    start, size = struct.unpack_from("<II", header, 112)
    return Parts(data, profile=data[_HEADER + start : _HEADER + start + size])
