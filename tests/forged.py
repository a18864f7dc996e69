"""Picture files made by hand, as no encoder writes them."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image, PngImagePlugin

from tests.pictures import PORTRAIT, encode, png_chunk, smooth


def cut(name: str, share: float) -> Callable[[], bytes]:
    def make() -> bytes:
        data = encode(PORTRAIT, name)
        return data[: int(len(data) * share)]

    return make


def png(*chunks: tuple[bytes, bytes], data: bytes = b"") -> bytes:
    """A sound PNG, or the one that is given, with more chunks before its pixels."""
    data = data or encode(smooth(1, 64), "PNG")
    more = b"".join(png_chunk(kind, body) for kind, body in chunks)
    return data[:33] + more + data[33:]


@cache
def deflated(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def gif_of_size(width: int, height: int) -> bytes:
    """A screen of that size, and on it one pixel."""
    pixel = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + pixel + b";"


def gif_of_frames(count: int) -> bytes:
    """A sound GIF whose second frame is repeated."""
    data = encode(smooth(1, 40), "GIF", save_all=True, append_images=[smooth(2, 40)], duration=40)
    second = data.index(b"\x21\xf9", data.index(b"\x21\xf9") + 2)
    return data[:second] + data[second:-1] * (count - 1) + b";"


def webp_of_frames(count: int) -> bytes:
    frames = [smooth(seed, 40) for seed in range(count)]
    return encode(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def webp_of_size(width: int, height: int) -> bytes:
    """Two small frames on a canvas that claims any size."""
    data = bytearray(webp_of_frames(2))
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    data[24:30] = canvas
    return bytes(data)


def bmp_of_size(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header + bytes(300)


def tiff(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """A little-endian TIFF of one directory; entries are tag, type, count and value."""
    directory = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    count = struct.pack("<H", len(entries))
    return b"II*\0\x08\0\0\0" + count + directory + struct.pack("<I", following)


def tiff_of_size(width: int, height: int, **options: int) -> bytes:
    return tiff(
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, options.get("bits", 8)),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, options.get("offset", 8)),
        (278, 4, 1, height),
        (279, 4, 1, options.get("length", 100)),
        (339, 3, 1, options.get("kind", 1)),
        following=options.get("following", 0),
    )


def tiff_in_a_circle() -> bytes:
    """Its second page is the first one."""
    data = bytearray(encode(smooth(1, 40), "TIFF"))
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    return bytes(data)


def jpeg_of_size(width: int, height: int, progressive: bool = False) -> bytes:
    data = bytearray(encode(smooth(1), progressive=progressive))
    frame = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, height, width)
    return bytes(data)


def jpeg_of_scans(count: int, size: int = 512) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    data = encode(smooth(1, size), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def jpeg_with(segment: bytes, count: int) -> bytes:
    """With ``count`` segments APP1 of their largest size."""
    data = encode(smooth(1))
    filled = segment + bytes(65533 - len(segment))
    return data[:2] + (b"\xff\xe1\xff\xff" + filled) * count + data[2:]


def many_pictures() -> bytes:
    """An MPO in whose second picture another MPO lies."""
    inner = encode(smooth(3), "MPO", save_all=True, append_images=[smooth(4)])
    outer = encode(smooth(1), "MPO", save_all=True, append_images=[smooth(2)])
    return outer + inner


def flipped(name: str, seed: int, **options: object) -> Callable[[], bytes]:
    """One byte in fifty is another one, but for the first hundred."""

    def make() -> bytes:
        generator = np.random.default_rng(seed)
        data = np.frombuffer(encode(PORTRAIT, name, **options), np.uint8).copy()
        where = generator.integers(100, len(data), len(data) // 50)
        data[where] ^= generator.integers(1, 256, len(where)).astype(np.uint8)
        return data.tobytes()

    return make


def zipped() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    return b"PK\x03\x04" + buffer.getvalue()


def text_of(size: int) -> bytes:
    info = PngImagePlugin.PngInfo()
    for number in range(size // 1000):
        info.add_text(f"note {number}", "x" * 900)
    return encode(smooth(1), "PNG", pnginfo=info)


def boxes(depth: int) -> bytes:
    """JUMBF boxes (ISO 19566-5), each in the one before, named as those of a credential are."""
    name = b"jumd" + b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71" + b"\x03c2pa\0"
    named = struct.pack(">I", 4 + len(name)) + name
    each = 8 + len(named)
    heads = (struct.pack(">I", each * left) + b"jumb" + named for left in range(depth, 0, -1))
    return b"".join(heads)
