"""Files that mean harm, and what each is answered: a table of docs/hostile.md."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.forged import (
    bmp_of_size,
    boxes,
    cut,
    deflated,
    flipped,
    gif_of_frames,
    gif_of_size,
    jpeg_of_scans,
    jpeg_of_size,
    jpeg_with,
    many_pictures,
    png,
    text_of,
    tiff,
    tiff_in_a_circle,
    tiff_of_size,
    webp_of_frames,
    webp_of_size,
    zipped,
)
from tests.pictures import PORTRAIT, encode, png_of_size, smooth
from tests.profiles import cmyk_profile, endless, profile

Bytes = Callable[[], bytes]


@dataclass(frozen=True)
class Hostile:
    """Bytes, the limit that stops them and the code of the answer; ``scored`` if they do no harm.

    ``type`` is that of the request, where they are its body and not a file in it.
    """

    name: str
    limit: str
    code: str
    make: Bytes
    type: str = ""


NOISE = np.random.default_rng(0).bytes(5000)
GIF_START = gif_of_size(64, 64)[:19]
BIG = 500_000_000
STEPS = b"Steps: 1, " * 90_000

HEADER = "50,000,000 decoded pixels and 65,535 a side, from the header"
DAMAGED = "what a decoder cannot make sense of is refused"

# By limit and code; the name of each and its bytes.
GROUPS: list[tuple[str, str, dict[str, Bytes]]] = [
    (
        "formats are told by content, others are not read",
        "unsupported_format",
        {
            "text": lambda: b"just text",
            "a web page": lambda: b"<!doctype html><script>alert(1)</script>",
            "SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "PDF": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj",
            "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run",
            "a program": lambda: b"\x7fELF\x02\x01\x01" + bytes(60),
            "MP4 video": lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(60),
            "zeros": lambda: bytes(5000),
            "noise": lambda: NOISE,
            "one byte": lambda: b"\xff",
            "WMF": lambda: b"\xd7\xcd\xc6\x9a" + bytes(100),
            "Photoshop": lambda: b"8BPS\0\x01" + bytes(100),
            "an XBM written in C": lambda: b"#define a_width 64\n#define a_height 64\n",
            "PPM": lambda: encode(PORTRAIT, "PPM"),
            "JPEG 2000": lambda: encode(PORTRAIT, "JPEG2000"),
            "an icon": lambda: encode(smooth(1), "ICO"),
            "a ZIP that goes on as a PNG": zipped,
        },
    ),
    ("a file has bytes", "empty_file", {"no bytes": lambda: b""}),
    (
        "a picture is whole or refused",
        "corrupt_image",
        {
            f"{name} cut at {share:.0%}": cut(name, share)
            for name in ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF", "HEIF", "GIF")
            for share in (0.02, 0.5, 0.98)
        },
    ),
    (
        HEADER,
        "image_too_large",
        {
            "PNG of 60,000 x 60,000": lambda: png_of_size(60_000, 60_000),
            "PNG of 2,147,483,647 a side": lambda: png_of_size(2**31 - 1, 2**31 - 1),
            "PNG of 64 x 70,000": lambda: png_of_size(64, 70_000),
            "PNG of 1 x 70,000": lambda: png_of_size(1, 70_000),
            "PNG of 64,000,000 zeros": lambda: encode(Image.new("L", (8000, 8000)), "PNG"),
            "GIF of 65,535 x 65,535": lambda: gif_of_size(65_535, 65_535),
            "WEBP of 16,383 x 16,383": lambda: webp_of_size(16_383, 16_383),
            "BMP of 90,000 x 90,000": lambda: bmp_of_size(90_000, 90_000),
            "BMP of negative width": lambda: bmp_of_size(-64, 64),
            "TIFF of 90,000 x 90,000": lambda: tiff_of_size(90_000, 90_000),
            "JPEG of 65,500 x 65,500": lambda: jpeg_of_size(65_500, 65_500),
            "progressive JPEG of 13,000 x 12,000": lambda: jpeg_of_size(13_000, 12_000, True),
        },
    ),
    (
        "32 pixels a side",
        "image_too_small",
        {
            "PNG of 1 x 1": lambda: png_of_size(1, 1),
            "PNG of 31 x 500": lambda: png_of_size(31, 500),
        },
    ),
    (
        "100 scans of a JPEG",
        "image_too_complex",
        {"JPEG of 1,000 scans": lambda: jpeg_of_scans(1000)},
    ),
    (
        "a TIFF has unsigned numbers of up to 16 bits, whose black and white are known",
        "unsupported_format",
        {
            "TIFF of 32 bits": lambda: tiff_of_size(64, 64, bits=32),
            "TIFF of signed numbers": lambda: tiff_of_size(64, 64, kind=2),
            "TIFF of floating ones": lambda: tiff_of_size(64, 64, bits=16, kind=3),
        },
    ),
    (
        DAMAGED,
        "corrupt_image",
        {
            "PNG of 0 x 0": lambda: png_of_size(0, 0),
            "PNG without pixels": lambda: png_of_size(400, 400),
            "PNG with a wrong checksum": lambda: png((b"PLTE", b"abc")).replace(b"abc", b"abd"),
            "PNG with flipped bits": flipped("PNG", 1),
            "WEBP with flipped bits": flipped("WEBP", 1, lossless=True),
            "TIFF with flipped bits": flipped("TIFF", 1, compression="tiff_lzw"),
            "TIFF whose pixels lie beyond its end": lambda: tiff_of_size(64, 64, offset=2**31),
            "TIFF that claims 4 GB": lambda: tiff_of_size(64, 64, length=2**32 - 1),
            "TIFF without a directory": lambda: b"II*\0\x08\0\0\0\0\0",
            "TIFF with a value of 4 billion numbers": lambda: tiff(
                (256, 4, 2**32 - 1, 8), (257, 4, 1, 64)
            ),
            "GIF without a frame": lambda: GIF_START + b";",
            "WEBP without a frame": lambda: webp_of_frames(2)[:30],
            "AVIF of nothing but its brand": lambda: b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
            "HEIC of nothing but its brand": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        },
    ),
    (
        "only the first frame is decoded",
        "scored",
        {
            "GIF of 5,000 frames": lambda: gif_of_frames(5_000),
            "WEBP of 500 frames": lambda: webp_of_frames(500),
            "TIFF whose second page is its first": tiff_in_a_circle,
            "MPO in an MPO": many_pictures,
        },
    ),
    (
        "metadata are evidence that is read within bounds, never a reason to refuse",
        "scored",
        {
            "PNG with a credential of noise": lambda: png((b"caBX", boxes(1) + NOISE)),
            "PNG with a credential of 10,000 boxes in boxes": lambda: png((b"caBX", boxes(10_000))),
            "PNG with a text that unfolds to 500 MB": lambda: png(
                (b"zTXt", b"a\0\0" + deflated(BIG))
            ),
            "PNG with an international one": lambda: png((b"iTXt", b"a\0\1\0\0\0" + deflated(BIG))),
            "PNG with 80 texts of 1 MB": lambda: png(
                *[(b"zTXt", b"a\0\0" + deflated(1_000_000))] * 80
            ),
            "PNG with a text of a wrong checksum": lambda: png((b"tEXt", b"a\0b")).replace(
                b"a\0b", b"a\0c"
            ),
            "PNG with EXIF of noise": lambda: png((b"eXIf", NOISE)),
            "JPEG with EXIF of noise": lambda: jpeg_with(b"Exif\0\0" + NOISE, 1),
            "JPEG with a credential of noise": lambda: jpeg_with(b"JP\0\1\0\0\0\1" + boxes(1), 150),
            "PNG with a prompt of 900 kB": lambda: png((b"tEXt", b"parameters\0" + STEPS)),
            "JPEG with 10 MB of EXIF": lambda: jpeg_with(b"Exif\0\0MM\0*", 150),
            "JPEG with 10 MB of XMP": lambda: jpeg_with(b"http://ns.adobe.com/xap/1.0/\0", 150),
            "JPEG that goes on as a ZIP": lambda: encode(PORTRAIT) + zipped(),
            "JPEG that goes on as a film": lambda: encode(PORTRAIT) + b"\xff\xda" * 5000,
            "GIF that is a script, too": lambda: encode(smooth(1), "GIF") + b"*/=1;alert(1)//",
            "PNG with 5 MB of small texts": lambda: text_of(5_000_000),
        },
    ),
    (
        "a colour profile has 4 MB, and no endless steps; another one is ignored",
        "scored",
        {
            "PNG with a colour profile that unfolds to 500 MB": lambda: png(
                (b"iCCP", b"profile\0\0" + deflated(BIG))
            ),
            "JPEG with a colour profile of noise": lambda: encode(PORTRAIT, icc_profile=NOISE),
            "JPEG with one of 20,000 steps": lambda: encode(PORTRAIT, icc_profile=endless(20_000)),
            "JPEG with one of four billion tags": lambda: encode(
                PORTRAIT, icc_profile=profile("ProPhoto")[:128] + b"\xff" * 500
            ),
            "JPEG with one for printers": lambda: encode(PORTRAIT, icc_profile=cmyk_profile(17)),
        },
    ),
    (
        "a picture is whole if no pixel depends on what might follow",
        "scored",
        {"JPEG without its end marker": lambda: encode(PORTRAIT)[:-2]},
    ),
    (
        "a picture is whole if no pixel depends on what might follow",
        "corrupt_image",
        {
            "JPEG cut, and filled up with zeros": lambda: cut("JPEG", 0.5)() + bytes(1_000_000),
            "JPEG without its last scan": lambda: encode(PORTRAIT, progressive=True).rpartition(
                b"\xff\xda"
            )[0],
        },
    ),
]
FILES = [
    Hostile(name, limit, code, make)
    for limit, code, makes in GROUPS
    for name, make in makes.items()
]
