"""Colours that a file names by number (ITU-T H.273) and not by a profile."""

import struct

# Red, green and blue in CIE XYZ, adapted to D50 (SMPTE EG 432-1 with the white of D65).
_DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
_D50 = (0.9642, 1.0, 0.8249)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
_P3, _SRGB = 12, 13


def profile(primaries: int = 0, transfer: int = 0) -> bytes:
    """The profile (ICC.1:2010) of Display P3, which telephones use; empty for all others.

    Others are sRGB, nearly that, or of a range of light that a verdict was never trained on.
    """
    return _display_p3() if (primaries, transfer) == (_P3, _SRGB) else b""


def _display_p3() -> bytes:
    curve = _tag(b"para", struct.pack(">HH", 3, 0), _SRGB_CURVE)
    names, curves = (b"rXYZ", b"gXYZ", b"bXYZ"), dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    colours = {n: _tag(b"XYZ ", b"", c) for n, c in zip(names, _DISPLAY_P3, strict=True)}
    return _file({b"wtpt": _tag(b"XYZ ", b"", _D50), **colours, **curves})


def _tag(kind: bytes, head: bytes, values: tuple[float, ...]) -> bytes:
    return kind + bytes(4) + head + struct.pack(f">{len(values)}i", *_fixed(values))


def _file(tags: dict[bytes, bytes]) -> bytes:
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data
    head = struct.pack(">I4xI4s4s4s", start + len(body), 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *_fixed(_D50))
    return head.ljust(128, b"\0") + table + body


def _fixed(values: tuple[float, ...]) -> list[int]:
    return [round(value * 65536) for value in values]
