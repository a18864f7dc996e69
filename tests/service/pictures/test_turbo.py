"""The fast way to a JPEG's pixels: Pillow's pixels, or none, and then Pillow has the last word."""

import io
import random
from typing import Any

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from service.errors import ImageError
from service.pictures import code_points, imaging, turbo
from tests.pictures import PORTRAIT, encode

TALL = PORTRAIT.resize((331, 517))  # of which no reduction is a whole number
SUBSAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


def by_pillow(data: bytes, monkeypatch: pytest.MonkeyPatch, enough: int | None = None) -> object:
    """The pixels, or the words of the refusal, if there were no fast way."""
    with monkeypatch.context() as patch:
        patch.setattr(turbo, "decode", lambda *_: None)
        return outcome(data, enough)


def outcome(data: bytes, enough: int | None = None) -> object:
    try:
        return imaging.decode(data, enough=enough).pixels.tobytes()
    except ImageError as error:
        return f"{error.code}: {error}"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each decoding, whether the fast way gave pixels."""
    ways: list[bool] = []
    decode = turbo.decode

    def noted(data: bytes, width: int, height: int, by: int) -> object:
        ways.append((pixels := decode(data, width, height, by)) is not None)
        return pixels

    monkeypatch.setattr(turbo, "decode", noted)
    return ways


@pytest.mark.parametrize("by", [1, 2, 4, 8])
@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_the_pixels_are_pillows_at_each_reduction(by: int, subsampling: str) -> None:
    data = encode(TALL, quality=90, subsampling=SUBSAMPLINGS[subsampling])
    with Image.open(io.BytesIO(data)) as image:
        assert isinstance(image, JpegImagePlugin.JpegImageFile)
        image.draft(None, (image.width // by, image.height // by))
        expected = np.asarray(image)
    pixels = turbo.decode(data, *TALL.size, by)
    assert pixels is not None
    assert np.array_equal(pixels, expected)


@pytest.mark.parametrize(
    "options", [{"optimize": True}, {"restart_marker_rows": 1}, {"dpi": (3, 3)}]
)
def test_what_encoders_may_choose_makes_no_difference(
    options: dict[str, Any], taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode(TALL, **options)
    assert outcome(data, 200) == by_pillow(data, monkeypatch, 200)
    assert taken == [True]


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (TALL.convert("L"), {}),
        (TALL.convert("CMYK"), {}),
        (TALL, {"progressive": True}),
        (TALL, {"icc_profile": code_points.profile(12, 13)}),
    ],
    ids=["grey", "inks", "progressive", "other colours"],
)
def test_what_is_not_plain_is_left_to_pillow(
    image: Image.Image, options: dict[str, Any], taken: list[bool]
) -> None:
    assert imaging.decode(encode(image, **options)).pixels.shape == (*TALL.size[::-1], 3)
    assert taken == []


def test_a_profile_of_srgb_is_plain(taken: list[bool]) -> None:
    imaging.decode(encode(TALL, icc_profile=code_points.profile(1, 13)))
    assert taken == [True]


def test_what_would_take_long_is_left_to_the_one_with_a_clock(
    taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imaging, "MAX_PIXELS", 331 * 517 - 1)
    imaging.decode(encode(TALL))
    assert taken == []


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 2}])
def test_what_is_whole_is_told_from_what_is_cut(mode: str, options: dict[str, Any]) -> None:
    data = encode(TALL.convert(mode), **options)
    assert turbo.is_whole(data)
    for missing in (3, 4, 10, 100, len(data) // 2):
        assert not turbo.is_whole(data[:-missing] + b"\xff\xd9")


def test_another_size_than_the_headers_is_none() -> None:
    assert turbo.decode(encode(TALL), 331, 516, 1) is None
    assert turbo.decode(encode(TALL), 331, 517, 1) is not None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"no picture", encode(TALL, "PNG")])
def test_what_is_no_jpeg_is_none(data: bytes) -> None:
    assert turbo.decode(data, *TALL.size, 1) is None


@pytest.mark.parametrize("seed", range(40))
def test_damage_ends_as_it_would_by_pillow(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same pixels, or in the same words."""
    draw, data = random.Random(seed), bytearray(encode(TALL, quality=80))  # noqa: S311
    for _ in range(draw.choice([1, 2, 5])):
        place = draw.randrange(2, len(data))
        match draw.randrange(3):
            case 0:
                data[place] = draw.randrange(256)
            case 1:
                del data[place : place + draw.randrange(1, 200)]
            case _:
                data[place:place] = draw.randbytes(draw.randrange(1, 50))
    enough = draw.choice([None, 100])
    assert outcome(bytes(data), enough) == by_pillow(bytes(data), monkeypatch, enough)


def test_a_jpeg_cut_short_is_refused_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(TALL)
    for cut in (data[: len(data) // 2], data[: len(data) // 2] + b"\xff\xd9"):
        assert outcome(cut) == by_pillow(cut, monkeypatch)
    assert (
        outcome(data[: len(data) // 2]) == "corrupt_image: The JPEG data is damaged or cut short."
    )
