"""JPEG files (ITU-T T.81, annex B): their segments, and whether all of their scans are there."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.pictures import tiff
from service.pictures.parts import Parts

SIGNATURE = b"\xff\xd8\xff"
MAX_SCANS = 100  # of a progressive JPEG; encoders make a dozen, and each costs a whole decoding

# Of a segment, with its length behind it (B.1.1); none can stand in a scan's own data.
_MARK = re.compile(rb"\xff([\x02-\xcf\xd9-\xfe])")
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_END, _SCAN, _EXIF, _PROFILE = 0xD9, 0xDA, 0xE1, 0xE2
# How colours are stored stands here, if it is as long as a decoder expects; all else is metadata.
_COLOURS = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12)}
_METADATA = {*range(0xE0, 0xF0), 0xFE}

_RESTARTS = re.compile(rb"\xff([\xd0-\xd7])")
_TRIES, _NOISE = 8, 24  # so many bytes of it


@dataclass(frozen=True, slots=True)
class Scans:
    """How many scans there are, whether the end marker is, and whether each coefficient is sent."""

    number: int
    ended: bool
    complete: bool


def split(data: bytes) -> Parts:
    """Take EXIF and the colour profile out, and leave other metadata out, and what lies between.

    One that is cut short before its pixels is left alone.
    """
    kept, exif = [data[:2]], b""
    pieces: dict[bytes, bytes] = {}
    for kind, start, end in _segments(data):
        body = data[start + 4 : end]
        name, least = _COLOURS.get(kind, (b"", 0))
        if kind == _SCAN:
            profile = b"".join(pieces[number] for number in sorted(pieces))
            return Parts(b"".join([*kept, data[start:]]), exif, profile)
        if kind not in _METADATA or (name and body.startswith(name) and len(body) >= least):
            kept.append(data[start:end])
        if kind == _EXIF and body.startswith(b"Exif\0") and body[6:10] in tiff.SIGNATURES:
            exif = exif or body
        if kind == _PROFILE and body.startswith(b"ICC_PROFILE\0"):
            pieces[body[12:13]] = body[14:]
    return Parts(data)


def scans(data: bytes) -> Scans:
    """Of the picture, up to its end: telephones put whole films behind it."""
    number, ended = 0, False
    wanted: set[tuple[int, int]] = set()
    for kind, start, end in _segments(data):
        body = data[start + 4 : end]
        if kind in _FRAMES:
            wanted = {(component, k) for component in body[6::3] for k in range(64)}
        if kind == _SCAN:
            number += 1
            wanted -= _sent(body)
        if kind == _END or number > MAX_SCANS:
            ended = kind == _END
            break
    return Scans(number, ended, not wanted)


def without_scans(data: bytes) -> bytes:
    """``data`` less the compressed pixels; what stands behind the picture's end is left alone.

    A search for text takes a fraction of the time then: in a photograph all else is small.
    """
    kept, kept_from = [], 0
    pixels_from = None
    for kind, start, end in _segments(data):
        if pixels_from is not None:
            kept.append(data[kept_from:pixels_from])
            kept_from, pixels_from = start, None
        if kind == _SCAN:
            pixels_from = end
        if kind == _END:
            break
    return b"".join([*kept, data[kept_from:]])


def ended(data: bytes) -> bytes:
    """``data`` with an end marker, which it lacks."""
    return data.rstrip(b"\xff") + b"\xff\xd9"


def endings(data: bytes) -> list[bytes]:
    """``data`` and what might follow: if that makes no difference, no more than the end is missing.

    Empty where that cannot be: of zeros as well, which recovered files end in, pixels can be made.
    """
    begun = data.rstrip(b"\xff")
    if begun.endswith(b"\0\0") or not scans(data).complete:
        return []
    restarts = _RESTARTS.findall(begun, begun.rfind(b"\xff\xda"))
    expected = 0xD0 if not restarts or restarts[-1] == b"\xd7" else restarts[-1][0] + 1
    noises = [random.Random(number).randbytes(2 * _NOISE) for number in range(_TRIES)]  # noqa: S311
    endings = (noise.replace(b"\xff", b"\0") for noise in noises)
    restart, end = bytes([0xFF, expected]), b"\xff\xd9"
    return [b"".join([begun, it[:_NOISE], restart, it[_NOISE:], end]) for it in endings]


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The kind of each, its start, and its end, which may lie beyond that of ``data``."""
    position = len(b"\xff\xd8")
    while mark := _MARK.search(data, position):
        position = mark.end()
        kind = mark[1][0]
        if kind != _END:
            position += int.from_bytes(data[position : position + 2])
        yield kind, mark.start(), position


def _sent(header: bytes) -> set[tuple[int, int]]:
    """The coefficients of components whose last bits a scan with this header brings (B.2.3)."""
    count = header[0] if header else 0
    components, rest = header[1 : 1 + 2 * count : 2], header[1 + 2 * count :]
    if len(rest) < 3 or rest[2] & 0xF:
        return set()
    return {(component, k) for component in components for k in range(rest[0], rest[1] + 1)}
