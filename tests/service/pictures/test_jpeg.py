"""JPEG files: what is no pixel is left out, and a missing end is no missing pixel."""

import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from service.errors import CorruptImage, ImageTooComplex
from service.pictures import imaging, jpeg
from tests.forged import jpeg_of_scans
from tests.pictures import PORTRAIT, encode
from tests.profiles import profile

FACE = PORTRAIT.crop((60, 40, 220, 200))
KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "optimized": {"optimize": True},
    "without subsampling": {"subsampling": 0, "quality": 98},
    "in intervals": {"restart_marker_rows": 1},
    "in short intervals": {"restart_marker_blocks": 3, "optimize": True},
    "progressive": {"progressive": True},
    "progressive, in intervals": {"progressive": True, "restart_marker_rows": 2},
}
MODES = ["RGB", "L", "CMYK"]


def segment(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(body) + 2) + body


def with_segments(*segments: bytes, data: bytes | None = None) -> bytes:
    data = data or encode(FACE)
    return data[:2] + b"".join(segments) + data[2:]


def is_scored(data: bytes) -> bool:
    try:
        imaging.decode(data)
    except CorruptImage:
        return False
    return True


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_jpeg_that_lacks_its_end_marker_is_whole(kind: str, mode: str) -> None:
    data = encode(FACE.convert(mode), **KINDS[kind])
    whole = imaging.decode(data)
    for missing in (1, 2):
        picture = imaging.decode(data[:-missing])
        assert np.array_equal(picture.pixels, whole.pixels)
        assert replace(picture, pixels=whole.pixels, sha256=whole.sha256) == whole
        assert picture.sha256 != whole.sha256


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_one_that_is_cut_within_its_scan_is_not(share: float, kind: str, mode: str) -> None:
    data = encode(FACE.convert(mode), **KINDS[kind])
    assert not is_scored(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_accepted_has_the_pixels_of_the_whole(kind: str) -> None:
    """Byte by byte from the end: where a few bits do not matter, they may be missing."""
    data = encode(FACE, **KINDS[kind])
    whole, accepted = imaging.decode(data).pixels, 0
    for missing in range(3, 40):
        if is_scored(data[:-missing]):
            accepted += 1
            assert np.array_equal(imaging.decode(data[:-missing]).pixels, whole)
    assert accepted <= 2


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_end_costs_no_second_decoding(kind: str, mode: str) -> None:
    """Of 48 megapixels, of which the colours are converted, eight took half a minute."""
    data, claims = encode(FACE.convert(mode), **KINDS[kind])[:-2], list[int]()
    imaging.decode(data, claim=claims.append)
    assert len(claims) == 2, "to look whether it is whole, and to decode it"


def test_bytes_where_the_end_should_be_make_no_difference() -> None:
    data = encode(FACE)
    picture = imaging.decode(data[:-2] + b"<!-- a page's end -->\r\n")
    assert np.array_equal(picture.pixels, imaging.decode(data).pixels)


def test_a_progressive_one_without_its_last_scans_is_not_whole() -> None:
    data = encode(FACE, progressive=True)
    starts = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    tables = [data.rindex(b"\xff\xc4", 0, at) for at in starts[1:]]
    for end in [*starts[1:], *tables]:
        assert not is_scored(data[:end])


def test_intervals_that_are_missing_are_missed() -> None:
    """Each ends on a whole byte, so that a cut before the next one looks like an end."""
    data = encode(FACE, restart_marker_rows=1)
    marks = [at for at in range(len(data)) if data[at] == 0xFF and 0xD0 <= data[at + 1] <= 0xD7]
    assert len(marks) > 8
    for mark in marks:
        assert not is_scored(data[:mark])
        assert not is_scored(data[: mark + 2])


@pytest.mark.parametrize("filling", [b"\0" * 100_000, b"\xff" * 1000, b"\0\xff" * 1000])
def test_a_cut_that_was_filled_up_is_no_end(filling: bytes) -> None:
    """As downloads and recovered files are."""
    data = encode(FACE)
    assert not is_scored(data[: len(data) // 2] + filling)


def test_a_reduced_picture_may_lack_its_end_as_well() -> None:
    data = encode(PORTRAIT.resize((1600, 1600)))
    whole, picture = (imaging.decode(it, enough=400) for it in (data, data[:-2]))
    assert picture.reduction == whole.reduction == 4
    assert np.array_equal(picture.pixels, whole.pixels)
    assert not is_scored(data[: len(data) * 9 // 10])


def test_all_tries_together_have_the_time_of_one() -> None:
    data = jpeg_of_scans(60, size=1500)[:-2]
    with pytest.raises(ImageTooComplex):
        imaging.decode(data, max_seconds=0.3)


def test_scans_are_counted_to_the_end_of_the_picture() -> None:
    data = encode(FACE, progressive=True)
    found = jpeg.scans(data)
    assert (found.number, found.ended, found.complete) == (10, True, True)
    assert jpeg.scans(data + data) == found, "what stands behind it is not looked at"
    assert jpeg.scans(encode(FACE)) == replace(found, number=1)
    assert jpeg.scans(data[:-2]) == replace(found, ended=False)
    assert not jpeg.scans(data[: data.rindex(b"\xff\xda")]).complete


def test_its_parts_are_taken_apart() -> None:
    exif, said = b"Exif\0\0II*\0\x08\0\0\0\0\0", profile("ProPhoto")
    data = encode(FACE, exif=exif, icc_profile=said, comment=b"hello", xmp=b"<x/>")
    parts = jpeg.split(data)
    assert (parts.exif, parts.profile) == (exif, said)
    assert parts.pixels == encode(FACE)
    assert jpeg.split(parts.pixels).pixels == parts.pixels


def test_a_large_profile_in_pieces_is_put_together_in_order() -> None:
    said = profile("ProPhoto").ljust(1000, b"\0")
    pieces = [said[:300], said[300:600], said[600:]]
    named = [b"ICC_PROFILE\0" + bytes([n + 1, 3]) + piece for n, piece in enumerate(pieces)]
    data = with_segments(*(segment(0xE2, piece) for piece in reversed(named)))
    assert jpeg.split(data).profile == said


BROKEN = {
    "JFIF cut short": segment(0xE0, b"JFIF\0\1"),
    "Adobe cut short": segment(0xEE, b"Adobe\0"),
    "EXIF of noise": segment(0xE1, b"Exif\0\0" + b"\xff" * 300),
    "Photoshop cut short": segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04"),
    "Photoshop of noise": segment(0xED, b"Photoshop 3.0\x008BIM\x03\xed\0\0\0\0\0\2\1\2"),
    "many pictures that are none": segment(0xE2, b"MPF\0" + b"\xff" * 40),
    "many pictures in an empty list": segment(0xE2, b"MPF\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
    "a profile in no pieces": segment(0xE2, b"ICC_PROFILE\0"),
    "a thumbnail that is none": segment(0xE0, b"JFXX\0\x10" + b"\xff" * 40),
    "FlashPix": segment(0xE2, b"FPXR\0"),
    "no body at all": b"\xff\xe1\0\0",
    "a comment": segment(0xFE, b"\xff" * 50),
}


@pytest.mark.parametrize("name", BROKEN)
def test_no_segment_of_metadata_refuses_a_picture(name: str) -> None:
    pixels = imaging.decode(with_segments(BROKEN[name])).pixels
    assert np.array_equal(pixels, imaging.decode(encode(FACE)).pixels)


def test_nothing_between_segments_refuses_a_picture() -> None:
    """Of a segment that is longer than it says, the rest lies there."""
    data = encode(FACE)
    for rest in (b"\0", b"\xff\0rest", bytes(300)):
        odd = imaging.decode(with_segments(segment(0xE1, b"Exif\0\0") + rest))
        assert np.array_equal(odd.pixels, imaging.decode(data).pixels)


@pytest.mark.parametrize("length", [4, 20, 2000, 60_000])
def test_one_that_is_cut_within_its_metadata_is_cut_short(length: int) -> None:
    """As an upload is that ends early: telephones put 60 kB before the pixels."""
    data = with_segments(segment(0xE1, b"Exif\0\0".ljust(65_000, b"\0")))
    with pytest.raises(CorruptImage):
        imaging.decode(data[:length])


def test_how_colours_are_stored_is_no_metadata() -> None:
    """Adobe's segment says that red, green and blue are stored as such, or that inks are not."""
    as_rgb, inks = encode(FACE, keep_rgb=True), FACE.convert("CMYK")
    assert np.abs(imaging.decode(as_rgb).pixels - np.asarray(FACE, float)).mean() < 4
    again = imaging.decode(with_segments(segment(0xE1, b"Exif\0\0"), data=as_rgb))
    assert np.array_equal(again.pixels, imaging.decode(as_rgb).pixels)
    pixels = imaging.decode(with_segments(segment(0xE1, b"Exif\0\0"), data=encode(inks))).pixels
    assert np.abs(pixels - np.asarray(inks.convert("RGB"), float)).mean() < 4


def test_a_picture_with_others_behind_it_is_the_first() -> None:
    data = encode(FACE, "MPO", save_all=True, append_images=[Image.new("RGB", FACE.size)])
    picture = imaging.decode(data)
    assert (picture.format, picture.animated) == ("JPEG", False)
    assert np.array_equal(picture.pixels, imaging.decode(encode(FACE)).pixels)
