"""PNG files: what is no pixel is left out, however large, broken or hostile it is."""

import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from service.errors import CorruptImage
from service.pictures import imaging, png
from service.provenance.examine import examine
from tests import forged
from tests.pictures import PORTRAIT, encode, png_chunk
from tests.profiles import profile

FACE = PORTRAIT.crop((60, 40, 220, 200))
PLAIN = encode(FACE, "PNG")
COMFY = b'{"3": {"class_type": "KSampler", "inputs": {"text": "a portrait"}}}'
MIB = 2**20


def with_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    return forged.png(*chunks, data=PLAIN)


def behind(kind: bytes, body: bytes) -> bytes:
    """A chunk between the pixels and the end."""
    return PLAIN[:-12] + png_chunk(kind, body) + PLAIN[-12:]


def itxt(key: bytes, text: bytes) -> bytes:
    return key + b"\0\1\0\0\0" + zlib.compress(text)


@pytest.mark.parametrize("size", [1_200_000, 70_000_000])
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
def test_texts_of_any_length_cost_no_picture(kind: bytes, size: int) -> None:
    packed = forged.deflated(size)
    body = {
        b"tEXt": b"prompt\0" + b"x" * (size // 4),
        b"zTXt": b"prompt\0\0" + packed,
        b"iTXt": b"prompt\0\1\0\0\0" + packed,
    }[kind]
    for data in (with_chunks((kind, body)), behind(kind, body)):
        assert np.array_equal(imaging.decode(data).pixels, np.asarray(FACE))


def test_texts_are_not_even_unfolded() -> None:
    bomb = (b"zTXt", b"a\0\0" + forged.deflated(60_000_000))
    data = with_chunks(*[bomb] * 20)
    began = time.thread_time()
    tracemalloc.start()
    try:
        imaging.decode(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB
    assert time.thread_time() - began < 1


@pytest.mark.parametrize("size", [10, 1_200_000, 10_000_000])
def test_a_prompt_of_megabytes_is_still_a_mark(size: int) -> None:
    data = with_chunks((b"iTXt", itxt(b"prompt", COMFY + b" " * size)))
    (mark,) = examine(data, "PNG").marks
    assert mark.generator == "ComfyUI"


def test_a_profile_over_a_megabyte_is_used() -> None:
    said = profile("ProPhoto")
    large = struct.pack(">I", 2_000_000) + said[4:] + bytes(2_000_000 - len(said))
    pictures = [
        imaging.decode(with_chunks((b"iCCP", b"it\0\0" + zlib.compress(it)))).pixels
        for it in (said, large)
    ]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], np.asarray(FACE))


BROKEN = {
    "a profile in another method": (b"iCCP", b"it\0\7" + zlib.compress(profile("ProPhoto"))),
    "a profile that is not packed": (b"iCCP", b"it\0\0" + profile("ProPhoto")),
    "a profile without a name's end": (b"iCCP", b"it"),
    "no profile": (b"iCCP", b""),
    "gamma cut short": (b"gAMA", b"\0"),
    "chromaticities cut short": (b"cHRM", b"\0" * 7),
    "sRGB cut short": (b"sRGB", b""),
    "sizes cut short": (b"pHYs", b"\0"),
    "an animation cut short": (b"eXIf", b"II*"),
    "a text in another method": (b"zTXt", b"a\0\7abc"),
    "a text without a key": (b"tEXt", b"\0"),
    "a chunk nobody knows": (b"vpAg", b"\xff" * 40),
}


@pytest.mark.parametrize("name", BROKEN)
def test_no_chunk_of_metadata_refuses_a_picture(name: str) -> None:
    for data in (with_chunks(BROKEN[name]), behind(*BROKEN[name])):
        picture = imaging.decode(data)
        if name != "a profile in another method":
            assert np.array_equal(picture.pixels, np.asarray(FACE))


def test_nor_does_a_profile_that_unfolds_to_500_mb() -> None:
    chunk = (b"iCCP", b"it\0\0" + forged.deflated(500_000_000))
    for data in (with_chunks(chunk), behind(*chunk)):
        assert np.array_equal(imaging.decode(data).pixels, np.asarray(FACE))


def test_nor_does_one_with_a_wrong_checksum_or_one_that_is_cut_short() -> None:
    text = with_chunks((b"tEXt", b"a\0b")).replace(b"a\0b", b"a\0c")
    cut = behind(b"tEXt", b"a\0" + b"b" * 1000)[:-600]
    for data in (text, cut):
        assert np.array_equal(imaging.decode(data).pixels, np.asarray(FACE))


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE"])
def test_but_chunks_of_the_pixels_must_be_whole(kind: bytes) -> None:
    data = bytearray(encode(FACE.quantize(8), "PNG"))
    data[data.index(kind) + 6] ^= 1
    with pytest.raises(CorruptImage):
        imaging.decode(bytes(data))


def test_its_parts_are_taken_apart() -> None:
    exif, said = b"II*\0\x08\0\0\0\0\0", profile("ProPhoto")
    chunks = [(b"iCCP", b"it\0\0" + zlib.compress(said)), (b"eXIf", exif), (b"tEXt", b"a\0b")]
    parts = png.split(with_chunks(*chunks))
    assert (parts.exif, parts.profile) == (exif, said)
    assert parts.pixels == PLAIN
    assert png.split(PLAIN).pixels == PLAIN


def test_exif_may_stand_behind_the_pixels() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    data = behind(b"eXIf", turned.tobytes().removeprefix(b"Exif\0\0"))
    upright = FACE.transpose(Image.Transpose.ROTATE_270)
    assert np.array_equal(imaging.decode(data).pixels, np.asarray(upright))


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_are_scaled(bits: int) -> None:
    grey = FACE.convert("1" if bits == 1 else "L").quantize(2**bits) if bits > 1 else None
    data = encode(FACE.convert("1"), "PNG") if grey is None else encode(grey, "PNG", bits=bits)
    shown = FACE.convert("1").convert("RGB") if grey is None else grey.convert("RGB")
    assert np.array_equal(imaging.decode(data).pixels, np.asarray(shown))


def test_sixteen_bits_of_colour_are_scaled() -> None:
    deep = np.asarray(FACE).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 160, 160, 16, 2, 0, 0, 0))
    end = png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    pixels = imaging.decode(b"\x89PNG\r\n\x1a\n" + header + end).pixels
    assert np.array_equal(pixels, np.asarray(FACE))
