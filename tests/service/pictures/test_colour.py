"""Colours: the same picture in another colour space is the same picture, whatever its format."""

import io
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from service.pictures import colour, imaging
from tests.forged import png
from tests.pictures import PORTRAIT, encode
from tests.profiles import cmyk_profile, endless, grey_profile, profile

SRGB = ImageCms.createProfile("sRGB")
WIDE = ["Display P3", "Adobe RGB", "ProPhoto"]
FACE = PORTRAIT.crop((60, 40, 220, 200))
FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"]


def loaded(data: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(data))


def converted(image: Image.Image, source: bytes, mode: str = "RGB") -> Image.Image:
    """In sRGB, by Pillow's own words for it."""
    twin = ImageCms.profileToProfile(image, loaded(source), SRGB, outputMode=mode)
    assert twin is not None
    return twin


def in_space(space: str) -> Image.Image:
    """The face in numbers of another space."""
    there = ImageCms.profileToProfile(FACE, SRGB, loaded(profile(space)))
    assert there is not None
    there.info.clear()  # or it would be written with a profile
    return there


def difference(a: NDArray[np.uint8] | Image.Image, b: NDArray[np.uint8] | Image.Image) -> int:
    return int(np.abs(np.asarray(a).astype(int) - np.asarray(b).astype(int)).max())


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("space", WIDE)
def test_a_picture_is_converted_as_its_twin(space: str, format: str) -> None:  # noqa: A002
    there, said = in_space(space), profile(space)
    unsaid = Image.fromarray(imaging.decode(encode(there, format)).pixels)
    pixels = imaging.decode(encode(there, format, icc_profile=said)).pixels
    assert difference(pixels, converted(unsaid, said)) <= 2
    assert difference(unsaid, FACE) > 10, "the numbers themselves are others"


@pytest.mark.parametrize("space", WIDE)
def test_it_looks_as_it_did_in_srgb(space: str) -> None:
    pixels = imaging.decode(encode(in_space(space), "PNG", icc_profile=profile(space))).pixels
    assert np.abs(pixels - np.asarray(FACE, np.float64)).mean() < 1


def test_a_reduced_picture_has_the_same_colours() -> None:
    there, said = in_space("Adobe RGB").resize((1600, 1600)), profile("Adobe RGB")
    unsaid = imaging.decode(encode(there), enough=400)
    picture = imaging.decode(encode(there, icc_profile=said), enough=400)
    assert picture.reduction == unsaid.reduction == 4
    assert difference(picture.pixels, converted(Image.fromarray(unsaid.pixels), said)) <= 2


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
def test_grey_is_converted_by_a_profile_of_grey(format: str) -> None:  # noqa: A002
    grey, said = FACE.convert("L"), grey_profile(1.0)
    unsaid = Image.fromarray(imaging.decode(encode(grey, format)).pixels).convert("L")
    pixels = imaging.decode(encode(grey, format, icc_profile=said)).pixels
    assert difference(pixels, converted(unsaid, said)) <= 1
    assert (pixels[..., 0] == pixels[..., 1]).all()
    assert pixels.mean() > np.asarray(grey).mean() + 30


def test_grey_is_converted_by_a_profile_of_colours_too() -> None:
    """As browsers do: of such a profile its curves count."""
    grey, said = FACE.convert("L"), profile("ProPhoto")
    pixels = imaging.decode(encode(grey, "PNG", icc_profile=said)).pixels
    assert difference(pixels, converted(grey.convert("RGB"), said)) <= 1
    assert difference(pixels, grey.convert("RGB")) > 10


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_inks_are_converted_by_their_profile(format: str) -> None:  # noqa: A002
    """A JPEG holds them inverted, as Adobe writes it; paper stays white, ink dark."""
    inks, said = Image.new("CMYK", (64, 64)), cmyk_profile()
    inks.paste((0, 0, 0, 255), (0, 0, 64, 32))
    inks.paste((0, 255, 255, 0), (0, 32, 32, 64))
    pixels = imaging.decode(encode(inks, format, icc_profile=said, quality=100)).pixels
    assert difference(pixels[::8, ::8], converted(inks, said).resize((8, 8), 0)) <= 6
    assert pixels[60, 60].min() >= 250
    assert pixels[10, 10].max() < 60
    red, plain = pixels[60, 10], inks.convert("RGB").getpixel((10, 60))
    assert red[0] > 150
    assert tuple(red) != plain


def test_a_tiff_of_cie_lab_is_read() -> None:
    lab = ImageCms.profileToProfile(FACE, SRGB, ImageCms.createProfile("LAB"), outputMode="LAB")
    assert lab is not None
    pixels = imaging.decode(encode(lab, "TIFF")).pixels
    assert np.abs(pixels - np.asarray(FACE, np.float64)).mean() < 2


def test_colours_alone_are_converted_and_then_laid_on_white() -> None:
    there, said = in_space("ProPhoto"), profile("ProPhoto")
    there.putalpha(Image.linear_gradient("L").resize(there.size))
    pixels = imaging.decode(encode(there, "PNG", icc_profile=said)).pixels
    shown = converted(there.convert("RGB"), said)
    shown.putalpha(there.getchannel("A"))
    on_white = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
    assert difference(pixels, on_white.convert("RGB")) <= 1


def test_transparent_grey_keeps_what_is_clear() -> None:
    grey = FACE.convert("LA")
    grey.putalpha(0)
    assert (imaging.decode(encode(grey, "PNG", icc_profile=grey_profile(1.0))).pixels == 255).all()


def test_a_palette_is_converted() -> None:
    palette, said = in_space("ProPhoto").quantize(64), profile("ProPhoto")
    pixels = imaging.decode(encode(palette, "PNG", icc_profile=said)).pixels
    assert difference(pixels, converted(palette.convert("RGB"), said)) <= 1


SOUND = profile("ProPhoto")
USELESS = {
    "nothing": b"",
    "text": b"not a profile at all",
    "cut short": SOUND[:200],
    "without tags": SOUND[:128] + bytes(200),
    "four billion tags": SOUND[:128] + b"\xff" * 4 + SOUND[132:],
    "tags beyond its end": SOUND.replace(struct.pack(">I", 20), b"\x7f\xff\xff\xff"),
    "of grey": grey_profile(1.0),
    "of inks": cmyk_profile(3),
    "of seven colours": SOUND.replace(b"RGB ", b"7CLR"),
    "too large": SOUND + bytes(colour.MAX_PROFILE),
}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("name", USELESS)
def test_a_profile_that_is_broken_or_of_others_is_ignored(name: str, format: str) -> None:  # noqa: A002
    plain = imaging.decode(encode(FACE, format))
    data = encode(FACE, format, icc_profile=USELESS[name])
    assert np.array_equal(imaging.decode(data).pixels, plain.pixels)


def test_inks_ignore_a_profile_of_light() -> None:
    inks = FACE.convert("CMYK")
    plain, said = encode(inks), encode(inks, icc_profile=SOUND)
    assert np.array_equal(imaging.decode(said).pixels, imaging.decode(plain).pixels)


def test_a_profile_of_endless_steps_is_ignored() -> None:
    """Twenty seconds are what Little CMS would take for this one of 160 kB."""
    colour._transform.cache_clear()
    pixels = imaging.decode(encode(FACE, "PNG", icc_profile=endless(20_000)), max_seconds=1).pixels
    assert np.array_equal(pixels, np.asarray(FACE))


def test_srgb_is_known_and_costs_nothing() -> None:
    """Whoever wrote the profile: it is told by what it does."""
    for said in (profile("sRGB"), ImageCms.ImageCmsProfile(SRGB).tobytes()):
        assert colour._transform(said, "RGB") is None
        pixels = imaging.decode(encode(FACE, "PNG", icc_profile=said)).pixels
        assert np.array_equal(pixels, np.asarray(FACE))
        assert colour.to_srgb(FACE, said) is FACE


def test_equal_profiles_are_read_once_and_few_are_kept() -> None:
    colour._transform.cache_clear()
    data = encode(FACE, icc_profile=profile("Display P3"))
    for _ in range(3):
        imaging.decode(data)
    assert colour._transform.cache_info().misses == 1
    for number in range(2 * colour.KEPT):
        imaging.decode(encode(FACE, icc_profile=grey_profile(1 + number / 100)))
        imaging.decode(encode(FACE.convert("L"), icc_profile=grey_profile(1 + number / 100)))
    assert colour._transform.cache_info().currsize == colour.KEPT


def test_threads_share_a_transform() -> None:
    spaces = [WIDE[number % 3] for number in range(60)]
    files = {space: encode(in_space(space), "PNG", icc_profile=profile(space)) for space in WIDE}
    alone = {space: imaging.decode(files[space]).pixels for space in WIDE}
    with ThreadPoolExecutor(8) as pool:
        shared = pool.map(lambda space: imaging.decode(files[space]).pixels, spaces)
        for space, pixels in zip(spaces, shared, strict=True):
            assert np.array_equal(pixels, alone[space])


P3 = converted(FACE, profile("Display P3"))


def test_a_png_may_name_its_colours_by_number() -> None:
    """``cICP`` counts before a profile."""
    data = encode(FACE, "PNG", icc_profile=profile("ProPhoto"))
    named = png((b"cICP", bytes([12, 13, 0, 1])), data=data)
    assert difference(imaging.decode(named).pixels, P3) <= 2


@pytest.mark.parametrize("code", [(1, 13), (9, 16), (9, 18), (2, 2), (255, 255)])
def test_other_numbers_are_taken_as_srgb(code: tuple[int, int]) -> None:
    data = png((b"cICP", bytes([*code, 0, 1])), data=encode(FACE, "PNG"))
    assert np.array_equal(imaging.decode(data).pixels, np.asarray(FACE))


@pytest.mark.parametrize("body", [b"", b"\x0c", b"\x0c\x0d"])
def test_numbers_that_are_missing_are_none(body: bytes) -> None:
    assert imaging.decode(png((b"cICP", body), data=encode(FACE, "PNG"))).width == 160


def test_gamma_and_chromaticities_of_a_png_are_left_alone() -> None:
    gamma, wide = struct.pack(">I", 100_000), struct.pack(">8I", *[30_000] * 8)
    data = png((b"gAMA", gamma), (b"cHRM", wide), data=encode(FACE, "PNG"))
    assert np.array_equal(imaging.decode(data).pixels, np.asarray(FACE))


def test_heic_and_avif_name_display_p3_by_number() -> None:
    numbers = {"color_primaries": 12, "transfer_characteristics": 13}
    plain, heic = encode(FACE, "HEIF"), encode(FACE, "HEIF", save_nclx_profile=True, **numbers)
    pairs = [(plain, heic)]
    plain = encode(FACE, "AVIF")
    at = plain.index(b"colrnclx") + len(b"colrnclx")
    pairs.append((plain, plain[:at] + struct.pack(">HH", 12, 13) + plain[at + 4 :]))
    for unsaid, said in pairs:
        twin = converted(Image.fromarray(imaging.decode(unsaid).pixels), profile("Display P3"))
        assert difference(imaging.decode(said).pixels, twin) <= 2
