"""Pictures for the tests: a public-domain portrait that comes with a package, and made-up ones."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

# Eileen Collins, a NASA portrait in the public domain, cropped to the face and shoulders.
PORTRAIT = Image.fromarray(skimage.data.astronaut()).crop((60, 0, 380, 320))


def encode(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:  # noqa: A002
    """A picture as a file's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG file."""
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def png_of_size(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims any size."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + png_chunk(b"IEND", b"")


def smooth(seed: int, side: int = 128) -> Image.Image:
    """A soft blob of a random colour."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 255, (3, 3, 3), np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def striped(seed: int, side: int = 128) -> Image.Image:
    """The same with strong stripes, which a small network learns to see within a few steps."""
    pixels = np.asarray(smooth(seed, side)).copy()
    pixels[:, ::4] = 255 - pixels[:, ::4]
    return Image.fromarray(pixels)


def write_dataset(root: Path, train: int = 80, other: int = 20, valid: str = "valid") -> Path:
    """A folder of pictures as training reads it: smooth ones are real, striped ones fake."""
    seed = 0
    for split, count in (("train", train), (valid, other), ("test", other)):
        for label, draw in (("real", smooth), ("fake", striped)):
            folder = root / split / label
            folder.mkdir(parents=True)
            for number in range(count):
                source = "left" if number % 2 else "right"
                draw(seed).save(folder / f"{source}__{number}.png")
                seed += 1
    return root


def two_faces() -> Image.Image:
    """The portrait at the left, and at two thirds of its size at the right."""
    canvas = Image.new("RGB", (640, 320), (90, 110, 90))
    canvas.paste(PORTRAIT, (0, 0))
    canvas.paste(PORTRAIT.resize((213, 213), Image.Resampling.BICUBIC), (380, 60))
    return canvas
