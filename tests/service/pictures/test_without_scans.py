"""A JPEG less its compressed pixels: all that can be said of it stands in what is left."""

import subprocess

import pytest
from PIL import Image

from service.pictures import jpeg
from service.provenance import credentials
from service.provenance.examine import examine
from tests.pictures import PORTRAIT, encode
from tests.profiles import profile
from tests.service.pictures.test_jpeg import KINDS, segment
from tests.signed import sign

LARGE = PORTRAIT.resize((1200, 1200))
TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PACKET = f'<x:xmpmeta><a DigitalSourceType="{TYPE}"/></x:xmpmeta>'.encode()


def starts(data: bytes, kind: int) -> list[int]:
    return [at for at in range(len(data)) if data[at : at + 2] == bytes([0xFF, kind])]


@pytest.mark.parametrize("kind", KINDS)
def test_the_segments_stay_and_the_pixels_go(kind: str) -> None:
    exif, said = b"Exif\0\0II*\0\x08\0\0\0\0\0", profile("ProPhoto")
    more = KINDS[kind]
    data = encode(LARGE, comment=b"hello", xmp=PACKET, exif=exif, icc_profile=said, **more)
    rest = jpeg.without_scans(data)
    assert len(rest) < len(data) / 10
    assert rest[: rest.index(b"\xff\xda")] == data[: data.index(b"\xff\xda")]
    assert rest.endswith(b"\xff\xd9")
    assert len(starts(rest, 0xDA)) == jpeg.scans(data).number
    assert jpeg.scans(rest) == jpeg.scans(data)
    assert jpeg.split(rest).exif == exif
    assert jpeg.split(rest).profile == said


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_between_scans_and_behind_the_end_stays(kind: str) -> None:
    data = encode(LARGE, **KINDS[kind])
    last = max(starts(data, 0xDA))
    within = data[:last] + segment(0xFE, b"between") + data[last:]
    film = b"\xff\xda\0\x02 a film with scans of its own \xff\xd8\xff" + bytes(1000) + data
    rest = jpeg.without_scans(within + film)
    assert b"between" in rest
    assert rest.endswith(b"\xff\xd9" + film)
    assert len(rest) < len(film) + len(data) / 10


def test_one_without_its_end_keeps_all_that_could_be_text() -> None:
    data = encode(LARGE)[:-2] + PACKET
    assert jpeg.without_scans(data) == data


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xda", b"GIF89a"]
)
def test_what_has_no_pixels_loses_none(data: bytes) -> None:
    assert jpeg.without_scans(data) == data


def test_a_picture_is_left_that_can_be_opened() -> None:
    for image in (LARGE, LARGE.convert("L"), LARGE.convert("CMYK")):
        rest = jpeg.without_scans(encode(image, xmp=PACKET))
        assert rest[:3] == jpeg.SIGNATURE
        assert examine(rest, "JPEG") == examine(encode(image, xmp=PACKET), "JPEG")


@pytest.mark.parametrize("place", ["before", "between", "behind", "behind another"])
def test_xmp_is_found_wherever_it_stands(place: str) -> None:
    data = encode(LARGE, progressive=True)
    last = max(starts(data, 0xDA))
    made = {
        "before": encode(LARGE, xmp=PACKET),
        "between": data[:last] + segment(0xFE, PACKET) + data[last:],
        "behind": data + PACKET,
        "behind another": data + encode(Image.new("RGB", (64, 64)), xmp=PACKET),
    }
    (mark,) = examine(made[place], "JPEG").marks
    assert (mark.place, mark.declares_ai) == ("IPTC DigitalSourceType", "generated")


def test_a_credential_is_looked_for_beside_the_pixels_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = encode(LARGE)
    assert examine(sign(data), "JPEG").credential.state == "unknown_signer"
    middle = len(data) * 3 // 4
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it began one"))
    for mark in credentials.MARKS:
        chance = data[:middle] + mark + data[middle:]
        assert examine(chance, "JPEG").credential.state == "absent"
