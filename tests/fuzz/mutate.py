"""Pictures of each format, with a little or a lot wrong in them."""

from collections.abc import Callable

import numpy as np

from service.pictures.formats import FORMATS
from tests.pictures import PORTRAIT, encode

Mutation = Callable[[bytes, np.random.Generator], bytes]

SMALL = PORTRAIT.resize((48, 48))
CORPUS = [
    *(encode(SMALL, name) for name in FORMATS),
    encode(SMALL, progressive=True, comment=b"c", exif=SMALL.getexif()),
    encode(SMALL.convert("CMYK")),
    encode(SMALL.quantize(16), "PNG", interlace=True),
    encode(SMALL.convert("LA"), "PNG"),
    encode(SMALL, "WEBP", lossless=True),
    encode(SMALL, "TIFF", compression="tiff_lzw"),
    encode(SMALL, "TIFF", compression="jpeg"),
    *(
        encode(SMALL, name, save_all=True, append_images=[SMALL.rotate(9)], duration=40)
        for name in ("GIF", "PNG", "WEBP", "AVIF")
    ),
]
EXTREMES = (
    b"\0",
    b"\1",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
)
MOST = 5  # mutations of one file


def _flip(data: bytes, generator: np.random.Generator) -> bytes:
    where = generator.integers(len(data))
    return data[:where] + bytes([data[where] ^ 1 << generator.integers(8)]) + data[where + 1 :]


def _overwrite(data: bytes, generator: np.random.Generator) -> bytes:
    extreme = EXTREMES[generator.integers(len(EXTREMES))]
    where = generator.integers(len(data))
    return data[:where] + extreme + data[where + len(extreme) :]


def _drop(data: bytes, generator: np.random.Generator) -> bytes:
    start, stop = np.sort(generator.integers(0, len(data), 2))
    return data[:start] + data[stop:]


def _repeat(data: bytes, generator: np.random.Generator) -> bytes:
    start, stop = np.sort(generator.integers(0, len(data), 2))
    return data[:stop] + data[start:stop] * int(generator.integers(1, 20)) + data[stop:]


def _cut(data: bytes, generator: np.random.Generator) -> bytes:
    return data[: generator.integers(len(data))]


def _noise(data: bytes, generator: np.random.Generator) -> bytes:
    where = generator.integers(len(data))
    return data[:where] + generator.bytes(int(generator.integers(1, 100))) + data[where:]


def _splice(data: bytes, generator: np.random.Generator) -> bytes:
    other = CORPUS[generator.integers(len(CORPUS))]
    return data[: generator.integers(len(data))] + other[generator.integers(len(other)) :]


# Small ones are the likelier, since a file that is hardly one any more is soon refused.
MUTATIONS: tuple[Mutation, ...] = (
    *((_flip,) * 4),
    *((_overwrite,) * 4),
    *(_drop, _repeat, _cut, _noise, _splice),
)


def mutated(seed: int, number: int) -> bytes:
    """The file of that number in the series of that seed."""
    generator = np.random.default_rng((seed, number))
    data = CORPUS[generator.integers(len(CORPUS))]
    for _ in range(generator.integers(1, MOST + 1)):
        if data:
            data = MUTATIONS[generator.integers(len(MUTATIONS))](data, generator)
    return data
