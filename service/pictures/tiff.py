"""TIFF files (Adobe, TIFF 6.0, section 2, and BigTIFF): what stands in their first directory."""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import TiffImagePlugin

from service.errors import UnsupportedFormat
from service.pictures.parts import Parts

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES = 258, 259, 262, 277
_PALETTE, _FORMAT, _PROFILE = 320, 339, 34675
# What the pixels need; all else is metadata.
_PIXELS = {254, 256, 257, _BITS, _COMPRESSION, _PHOTOMETRIC, 266, 273, _SAMPLES, 278, 279, 284}
_PIXELS |= {292, 293, 317, _PALETTE, 322, 323, 324, 325, 332, 338, _FORMAT, 347, *range(512, 522)}
_PIXELS.update(range(529, 533))
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1}  # by type
_UNSIGNED, _WHITE_IS_ZERO, _BLACK_IS_ZERO = 1, 0, 1
_USUAL = {_BITS: 1, _PHOTOMETRIC: 0, _FORMAT: _UNSIGNED, _COMPRESSION: 1, _SAMPLES: 1}
_MOST_ENTRIES = 65535
_READ = {1, 2, 4, 8, 12, 16}  # bits
_KINDS = {(key[1], key[4]) for key in TiffImagePlugin.OPEN_INFO}  # photometric, bits of each sample
_COMPRESSIONS = set(TiffImagePlugin.COMPRESSION_INFO) - {50001}  # WebP, which needs more of libtiff

Entry = tuple[int, int, int, bytes]  # tag, type, count, and the value or where it begins


@dataclass(frozen=True, slots=True)
class Layout:
    """How numbers are written: the order of bytes, and how wide counts and places are."""

    order: str
    head: int
    number: str
    entry: str
    place: str

    @classmethod
    def of(cls, data: bytes) -> "Layout":
        """That of a file, by its first bytes."""
        order = "<" if data[:1] == b"I" else ">"
        if b"+" in data[2:4]:
            return cls(order, 8, f"{order}Q", f"{order}HHQ8s", f"{order}Q")
        return cls(order, 4, f"{order}H", f"{order}HHI4s", f"{order}I")

    def bounds(self, data: bytes) -> tuple[int, int, int]:
        """Where the first directory begins, where its entries do, and where these end.

        Raises:
            struct.error: that lies beyond the end, as in all that follows.
        """
        (start,) = struct.unpack_from(self.place, data, self.head)
        (count,) = struct.unpack_from(self.number, data, start)
        first = start + struct.calcsize(self.number)
        return start, first, first + min(count, _MOST_ENTRIES) * struct.calcsize(self.entry)

    def entries(self, data: bytes) -> Iterator[Entry]:
        """Those of the first directory, one by one."""
        _, first, end = self.bounds(data)
        for at in range(first, end, struct.calcsize(self.entry)):
            yield struct.unpack_from(self.entry, data, at)


def split(data: bytes) -> Parts:
    """Take the colour profile out, and leave other metadata out; what is no TIFF is left alone.

    Raises:
        UnsupportedFormat: its samples are such that no range from black to white is stated, or
            stored in a way that is not read.
    """
    layout = Layout.of(data)
    try:
        start, _, end = layout.bounds(data)
        entries = {entry[0]: entry for entry in layout.entries(data)}
        bits, photometric, kind, compression, samples = (
            _first(data, layout, entries.get(tag), usual) for tag, usual in _USUAL.items()
        )
        profile = _value(data, layout, entries[_PROFILE]) if _PROFILE in entries else b""
    except struct.error:
        return Parts(data)
    if kind != _UNSIGNED or bits not in _READ:
        raise UnsupportedFormat(
            f"The TIFF's samples are of {bits} bits, signed or floating; read are unsigned ones "
            f"of up to 16 bits, whose black and white are known."
        )
    negative = photometric == _WHITE_IS_ZERO and bits > 8  # which Pillow does not heed
    shades = _BLACK_IS_ZERO if negative else photometric
    is_kind = (shades, (bits,) * samples) in _KINDS or _SAMPLES not in entries
    if not is_kind or compression not in _COMPRESSIONS:
        raise UnsupportedFormat(
            f"The TIFF's way to store pixels is not read: {samples} samples of {bits} bits, "
            f"photometric interpretation {photometric}, compression {compression}."
        )
    if negative:
        black_is_zero = struct.pack(f"{layout.order}H6x", _BLACK_IS_ZERO)
        entries[_PHOTOMETRIC] = (_PHOTOMETRIC, 3, 1, black_is_zero)
    if _PALETTE in entries:
        data = _with_wide_palette(data, layout, entries[_PALETTE])
    kept = [entries[tag] for tag in sorted(_PIXELS & entries.keys())]
    new = struct.pack(layout.number, len(kept))
    new += b"".join(struct.pack(layout.entry, *entry) for entry in kept)
    new += data[end : end + struct.calcsize(layout.place)]
    return Parts(data[:start] + new + data[start + len(new) :], data, profile, bits, negative)


def _with_wide_palette(data: bytes, layout: Layout, entry: Entry) -> bytes:
    """Some programs write 8 bits of each colour where there should be 16."""
    narrow = _value(data, layout, entry)
    if len(narrow) % 6 or len(narrow) <= len(entry[3]) or any(narrow[layout.order == "<" :: 2]):
        return data
    wide = array("H", narrow)
    wide.byteswap()
    (start,) = struct.unpack(layout.place, entry[3])
    return data[:start] + wide.tobytes() + data[start + len(narrow) :]


def _value(data: bytes, layout: Layout, entry: Entry) -> bytes:
    _, kind, count, value = entry
    size = _SIZES.get(kind, 0) * count
    if size <= len(value):
        return value[:size]
    (start,) = struct.unpack(layout.place, value)
    return data[start : start + size]


def _first(data: bytes, layout: Layout, entry: Entry | None, usual: int) -> int:
    """The first of an entry's numbers."""
    if entry is None:
        return usual
    number = {1: "B", 4: "I"}.get(entry[1], "H")
    return int(struct.unpack_from(layout.order + number, _value(data, layout, entry))[0])
