"""Names that generators give their files, and names that people do."""

import time

import pytest

from service.provenance import names

UUID = "3e3f2b1a-0c4d-4e5f-8a9b-0c1d2e3f4a5b"
GIVEN = {
    "ChatGPT Image Mar 29, 2025, 10_05_12 AM.png": "ChatGPT",
    "ChatGPT Image 29. Mai 2025, 10_05_12.png": "ChatGPT",
    "DALL·E 2024-05-12 10.33.11 - A portrait of anna.webp": "DALL·E",
    "DALL-E 2023-01-31 08.00.00.png": "DALL·E",
    "Gemini_Generated_Image_a1b2c3a1b2c3a1b2.png": "Google Gemini",
    f"grok-image-{UUID}.png": "xAI Grok",
    "freepik__portrait-of-anna__12345.png": "Freepik",
    "Firefly 20240402123456.png": "Adobe Firefly",
    "Firefly a portrait of anna 34567.jpg": "Adobe Firefly",
    "Leonardo_Phoenix_10_A_portrait_of_anna_0.jpg": "Leonardo.Ai",
    "Leonardo_Diffusion_XL_anna_2.jpg": "Leonardo.Ai",
    f"anna123_portrait_at_the_sea_--ar_11_{UUID}.png": "Midjourney",
    f"u1234567890_a_portrait_{UUID}_3.png": "Midjourney",
    "ComfyUI_00001_.png": "ComfyUI",
    "ComfyUI_temp_abcde_00012_.png": "ComfyUI",
    "00001-1234567890.png": "Stable Diffusion web UI",
    "00017-987654321-portrait of anna.png": "Stable Diffusion web UI",
    "Generated Image March 05, 2025 - 10_05PM.jpeg": "Google AI Studio",
}
# As systems, browsers and people write them anew.
CHANGED = {
    "ChatGPT_Image_Mar_29_2025_10_05_12_AM.png": "ChatGPT",
    "chatgpt-image-mar-29-2025-10_05_12-am.png": "ChatGPT",
    "ChatGPT%20Image%20Mar%2029%2C%202025%2C%2010_05_12%E2%80%AFAM.png": "ChatGPT",
    "Copy of ChatGPT Image Mar 29, 2025, 10_05_12 AM.png": "ChatGPT",
    "DALL%C2%B7E%202024-05-12%2010.33.11%20-%20A%20portrait.webp": "DALL·E",
    "DALL%B7E%202024-05-12%2010.33.11.webp": "DALL·E",
    "DALLÂ·E 2024-05-12 10.33.11.png": "DALL·E",
    "DALL_E_2024-05-12_10.33.11.png": "DALL·E",
    "dall-e-3 2024-05-12.png": "DALL·E",
    "gemini generated image a1b2c3.png": "Google Gemini",
    f"grok_image_{UUID}.jpg": "xAI Grok",
    "Firefly-portrait-20240402.png": "Adobe Firefly",
    "comfyui-00001_.png": "ComfyUI",
    "ComfyUI_00001.png": "ComfyUI",
    f"_anna__portrait_{UUID.upper()}.png": "Midjourney",
    f"anna_portrait_{UUID}-1.png.jpg": "Midjourney",
}
BY_PEOPLE = [
    *("", "picture", "photo.jpg", ".hidden", "IMG_20250329_100512.jpg", "DSC00001.JPG", "-.png"),
    *("PXL_20250101_101010101.jpg", "00001.png", "00001-12.png", "2025-03-29 10.05.12.jpg"),
    *("Leonardo_DiCaprio_0001.jpg", "Leonardo_Del_Vecchio_0001.jpg", "Leonardo_DiCaprio.jpg"),
    *("fireflies at night.jpg", "My ChatGPT Image 1.png", f"{UUID}.jpg", f"photo_{UUID}.jpg"),
    *("Leonardo_da_Vinci_Mona_Lisa.jpg", "Leonardo_Di_Caprio_Oscars_2016_red.jpg"),
    *(f"IMG_1234_{UUID}.jpg", f"photo_2024_{UUID}.jpg", "Firefly-class ship.jpg", "%%%.jpg"),
    *("Gemini south telescope.jpg", "Dall sheep 2024.jpg", "grok.png", "WhatsApp Image 2025.jpg"),
]


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("place", ["{}", "C:\\pictures\\{}", "/home/anna/{}"])
def test_a_name_that_a_generator_gives(name: str, place: str) -> None:
    (mark,) = names.marks(place.format(name))
    assert (mark.place, mark.generator) == ("file name", GIVEN[name])
    assert mark.value is mark.declares_ai is None
    assert "anna" not in mark.model_dump_json(), "a prompt is nobody's business"


@pytest.mark.parametrize("name", CHANGED)
def test_a_name_that_was_changed_on_its_way(name: str) -> None:
    assert [mark.generator for mark in names.marks(name)] == [CHANGED[name]]


@pytest.mark.parametrize(
    "copy", [" (1)", "(107)", " copy", " copy 2", " 12", " - Copy", " - Kopie (3)"]
)
@pytest.mark.parametrize("name", GIVEN)
def test_a_copy_has_the_same_mark(name: str, copy: str) -> None:
    stem, _, ending = name.rpartition(".")
    assert names.marks(f"{stem}{copy}.{ending}") == names.marks(name)


@pytest.mark.parametrize("name", BY_PEOPLE)
def test_a_name_that_people_or_cameras_give(name: str) -> None:
    assert names.marks(name) == []


def test_every_generator_is_tried() -> None:
    assert set(GIVEN.values()) == set(names.PATTERNS.values())


@pytest.mark.parametrize("name", ["_" * 1_000_000, "Leonardo" + "_a" * 500_000, "0-" * 500_000])
def test_a_long_name_takes_no_long_time(name: str) -> None:
    began = time.monotonic()
    names.marks(f"{name}.png")
    assert time.monotonic() - began < 1
