"""HEIF files (ISO 23008-12), of which HEIC and AVIF are two."""

import re

from service.pictures import code_points
from service.pictures.parts import Parts

SIGNATURE = b"ftyp"  # behind four other bytes
# An item that is EXIF (8.11.6 of ISO 14496-12). A decoder turns the picture by what stands beside.
_EXIF = re.compile(rb"(infe(?:\x02.{7}|\x03.{9}))Exif", re.DOTALL)
_COLOURS = re.compile(rb"colrnclx(..)(..)", re.DOTALL)


def split(data: bytes) -> Parts:
    """Leave EXIF out, and say what colours are named by number, if they are not by a profile."""
    named = set(_COLOURS.findall(data))
    numbers = [int.from_bytes(number) for number in named.pop()] if len(named) == 1 else []
    return Parts(_EXIF.sub(rb"\1none", data), profile=code_points.profile(*numbers))
