"""Colour profiles (ICC.1:2010) made by hand, and pictures as they look in them."""

import struct
from collections.abc import Sequence

import numpy as np

# Red, green and blue in CIE XYZ under D50: the columns of each space's matrix to that.
SPACES = {
    "sRGB": ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7142)),
    "Display P3": ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)),
    "Adobe RGB": ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)),
    "ProPhoto": ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249)),
}
GAMMAS = {"Adobe RGB": 563 / 256, "ProPhoto": 1.8}
D50 = (0.9642, 1.0, 0.8249)


def profile(space: str, more: dict[bytes, bytes] | None = None) -> bytes:
    """A matrix profile of one of ``SPACES``, with more tags."""
    curve = curve_of(GAMMAS[space]) if space in GAMMAS else SRGB_CURVE
    colours = zip((b"rXYZ", b"gXYZ", b"bXYZ"), SPACES[space], strict=True)
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    matrix = {name: xyz(value) for name, value in colours}
    return icc(b"RGB ", {b"wtpt": xyz(D50), **matrix, **curves, **(more or {})})


def grey_profile(gamma: float) -> bytes:
    return icc(b"GRAY", {b"wtpt": xyz(D50), b"kTRC": curve_of(gamma)})


def cmyk_profile(grid: int = 9) -> bytes:
    """A table to CIE Lab (``mft2``) of inks that are not those of a naive conversion."""
    cmyk = np.stack(np.meshgrid(*[np.linspace(0, 1, grid)] * 4, indexing="ij"), -1).reshape(-1, 4)
    lightness = 100 * np.prod(1 - cmyk * [0.4, 0.5, 0.1, 0.85], axis=1)
    a = 70 * (cmyk[:, 1] - cmyk[:, 0] * 0.6) * (1 - cmyk[:, 3])
    b = 80 * (cmyk[:, 2] - cmyk[:, 0] * 0.5 - cmyk[:, 1] * 0.2) * (1 - cmyk[:, 3])
    table = np.stack([lightness * 652.8, (a + 128) * 256, (b + 128) * 256], 1)
    identity = struct.pack(">2H", 0, 65535)
    lut = struct.pack(">4sI4B", b"mft2", 0, 4, 3, grid, 0)
    lut += struct.pack(">9i", *(np.eye(3).ravel() * 65536).astype(int))
    lut += struct.pack(">2H", 2, 2) + identity * 4
    lut += table.clip(0, 65535).astype(">u2").tobytes() + identity * 3
    return icc(b"CMYK", {b"wtpt": xyz(D50), b"A2B0": lut}, kind=b"prtr", connection=b"Lab ")


def endless(steps: int) -> bytes:
    """A profile whose conversion has so many steps, all of them the same few bytes."""
    step = b"matf\0\0\0\0" + struct.pack(">HH12f", 3, 3, *np.eye(3).ravel(), 0, 0, 0)
    place = struct.pack(">II", 16 + 8 * steps, len(step))
    table = b"mpet\0\0\0\0" + struct.pack(">HHI", 3, 3, steps) + place * steps + step
    return profile("ProPhoto", {b"D2B0": table})


def icc(
    colours: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr", connection: bytes = b"XYZ "
) -> bytes:
    """A profile of version 4.2 with these tags."""
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", start + len(body), b"test", 0x04200000, kind, colours, connection
    )
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *fixed(D50))
    return head.ljust(128, b"\0") + table + body


def xyz(value: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *fixed(value))


def fixed(values: Sequence[float]) -> list[int]:
    return [round(value * 65536) for value in values]


def curve_of(gamma: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HHi", 0, 0, *fixed([gamma]))


SRGB_CURVE = b"para\0\0\0\0" + struct.pack(
    ">HH5i", 3, 0, *fixed([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])
)
