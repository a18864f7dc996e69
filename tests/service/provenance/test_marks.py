"""What texts and EXIF say of programs and cameras: no prompt is repeated."""

import struct
import time
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageFile, PngImagePlugin

from service.provenance import metadata
from service.provenance.marks import camera, marks
from service.provenance.records import Camera, Mark
from tests.pictures import PORTRAIT, encode, png_chunk

PROMPT = "portrait of anna, 35mm"
A1111 = f"{PROMPT}\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7"
COMFY = '{"3": {"class_type": "KSampler", "inputs": {"text": "portrait of anna"}}}'
WORKFLOW = '{"last_node_id": 9, "nodes": [{"type": "KSampler", "widgets_values": ["anna"]}]}'
SWARM = '{"sui_image_params": {"prompt": "portrait of anna"}}'
FOOOCUS = '{"prompt": "portrait of anna", "version": "Fooocus v2.5.5"}'
JOB = "Job ID: 00000000-0000-4000-8000-000000000000"
SIGNATURE, ARTIST = f"Signature: {'QUJD' * 40}", "00000000-0000-4000-8000-000000000001"


def read(data: bytes) -> list[Mark]:
    return marks(metadata.read(data))


def camera_of(data: bytes) -> Camera | None:
    return camera(metadata.read(data).exif)


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        info.add_text(key.replace("_", "-") if key == "sd_metadata" else key, text)
    return encode(PORTRAIT, "PNG", pnginfo=info)


def with_comment(text: str) -> bytes:
    data = encode(PORTRAIT)
    return data[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(text)) + text.encode() + data[2:]


def with_exif(format: str = "JPEG", comment: bytes = b"", **tags: str) -> bytes:  # noqa: A002
    exif = Image.Exif()
    for name, value in tags.items():
        exif[ExifTags.Base[name]] = value
    if comment:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    return encode(PORTRAIT, format, exif=exif)


@pytest.mark.parametrize(
    ("texts", "generator", "place"),
    [
        ({"parameters": A1111}, "Stable Diffusion web UI", "PNG text parameters"),
        ({"prompt": COMFY, "workflow": "{}"}, "ComfyUI", "PNG text prompt"),
        ({"invokeai_metadata": '{"positive_prompt": "anna"}'}, "InvokeAI", None),
        ({"sd_metadata": '{"prompt": "anna"}'}, "InvokeAI", "PNG text sd-metadata"),
        ({"Dream": "anna -s 50"}, "InvokeAI", None),
        ({"fooocus_scheme": "a1111"}, "Fooocus", None),
        ({"generation_data": "{}"}, "Tensor.Art", None),
        ({"Software": "NovelAI", "Comment": '{"prompt": "anna"}'}, "NovelAI", "PNG text Software"),
        ({"Parameters": A1111}, "Stable Diffusion web UI", "PNG text parameters"),
        ({"parameters": SWARM}, "SwarmUI", None),
        ({"workflow": WORKFLOW}, "ComfyUI", None),
        ({"use_stable_diffusion_model": "sd-v1", "prompt": "anna"}, "Easy Diffusion", None),
        ({"Source": "Stable Diffusion XL 7BCCAA2C"}, "Stable Diffusion", None),
        ({"description": f"anna {JOB}"}, "Midjourney", "PNG text Description"),
        ({"Description": "anna --v 6 Job ID: 1 by Midjourney"}, "Midjourney", None),
        ({"Description": f"portrait of anna --ar 1:1 --v 7 {JOB}"}, "Midjourney", None),
    ],
)
def test_the_text_chunks_of_generators(
    texts: dict[str, str], generator: str, place: str | None
) -> None:
    (mark,) = read(png(**texts))
    assert mark.generator == generator
    assert mark.place == (place or f"PNG text {next(iter(texts))}")
    assert "anna" not in mark.model_dump_json(), "a prompt is nobody's business"


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"parameters": "f/2.8, 1/60 s"},
        {"prompt": "What is your name?"},
        {"Comment": "At sea"},
        {"Description": "Imagen de la playa"},
        {"Description": "Job ID: 17, at the photographer's"},
    ],
)
def test_other_texts_are_no_marks(texts: dict[str, str]) -> None:
    assert read(png(**texts)) == []


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_exif_names_the_program(format: str) -> None:  # noqa: A002
    (mark,) = read(with_exif(format, Software="darktable 5.0"))
    assert (mark.place, mark.value, mark.generator) == ("EXIF Software", "darktable 5.0", None)
    (mark,) = read(with_exif(format, Software="Adobe Firefly 3"))
    assert (mark.value, mark.generator) == ("Adobe Firefly 3", "Adobe Firefly")


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_prompt_in_a_comment_of_exif(encoding: str) -> None:
    (mark,) = read(with_exif(comment=b"UNICODE\0" + A1111.encode(encoding)))
    assert (mark.place, mark.generator) == ("EXIF UserComment", "Stable Diffusion web UI")
    assert "anna" not in mark.model_dump_json()


@pytest.mark.parametrize(
    ("comment", "generator"),
    [(SWARM, "SwarmUI"), (COMFY, "ComfyUI"), ("by Midjourney", "Midjourney"), (FOOOCUS, "Fooocus")],
)
def test_other_comments_of_exif(comment: str, generator: str) -> None:
    (mark,) = read(with_exif(comment=b"ASCII\0\0\0" + comment.encode()))
    assert (mark.place, mark.value, mark.generator) == ("EXIF UserComment", None, generator)


@pytest.mark.parametrize("data", [with_comment(A1111), encode(PORTRAIT, "GIF", comment=A1111)])
def test_the_comment_of_a_jpeg_or_a_gif(data: bytes) -> None:
    (mark,) = read(data)
    assert (mark.place, mark.value, mark.generator) == ("comment", None, "Stable Diffusion web UI")
    assert read(with_comment("At sea")) == []


@pytest.mark.parametrize("name", ["Artist", "Copyright", "XPComment", "XPTitle"])
def test_generators_in_other_fields_of_exif(name: str) -> None:
    text: Any = "Anna, with Midjourney"
    (mark,) = read(with_exif(**{name: text.encode("utf-16-le") if name[:2] == "XP" else text}))
    assert (mark.place, mark.value, mark.generator) == (f"EXIF {name}", None, "Midjourney")


def test_what_comfyui_writes_in_the_cameras_place_is_no_camera() -> None:
    data = with_exif("WEBP", Make=f"workflow:{WORKFLOW}", Model=f"prompt:{COMFY}")
    assert {(it.place, it.value, it.generator) for it in read(data)} == {
        ("EXIF Make", None, "ComfyUI"),
        ("EXIF Model", None, "ComfyUI"),
    }
    assert camera_of(data) is None, "a prompt is nobody's business"


@pytest.mark.parametrize("artist", [ARTIST, ARTIST.upper()])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_the_signature_that_grok_writes(format: str, artist: str) -> None:  # noqa: A002
    (mark,) = read(with_exif(format, ImageDescription=SIGNATURE, Artist=artist))
    assert (mark.place, mark.generator) == ("EXIF ImageDescription", "xAI Grok")
    assert ARTIST not in mark.model_dump_json()


@pytest.mark.parametrize(
    ("description", "artist"),
    [
        (SIGNATURE, "Anna Example"),
        ("Signature: Anna Example", ARTIST),
        ("At the sea", ARTIST),
        (f"{SIGNATURE}, she said", ARTIST),
    ],
)
def test_another_description_or_artist_is_no_signature(description: str, artist: str) -> None:
    assert read(with_exif(ImageDescription=description, Artist=artist)) == []


def test_a_camera_is_named_by_exif_alone() -> None:
    data = with_exif(Make="Nikon Corporation\0", Model="NIKON Z 6\n")
    assert camera_of(data) == Camera(make="Nikon Corporation", model="NIKON Z 6")
    assert camera_of(encode(PORTRAIT)) is None


def test_who_and_where_are_not_told() -> None:
    data = with_exif(Artist="Anna Example", ImageDescription="Anna at the sea", Make="Nikon")
    told = [it.model_dump_json() for it in (*read(data), camera_of(data)) if it]
    assert "Nikon" in "".join(told)
    assert "Anna" not in "".join(told)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_pixels_are_not_decoded(format: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: A002
    data = with_exif(format, Software="ComfyUI")
    monkeypatch.setattr(
        ImageFile.ImageFile, "load", lambda _self: pytest.fail("it decoded the pixels")
    )
    assert len(read(data)) == 1
    assert camera_of(data) is None


@pytest.mark.parametrize(
    "text",
    [
        "Steps: 1, " * 90_000,
        "digitalsourcetype=" * 60_000,
        '"class_type"' * 90_000,
        "CreatorTool" * 90_000,
    ],
)
def test_long_texts_take_no_long_time(text: str) -> None:
    body = text.encode()
    keys = (b"parameters\0", b"prompt\0", b"Comment\0", b"Author\0", b"XML:com.adobe.xmp\0")
    chunks = [png_chunk(b"tEXt", key + body) for key in keys]
    data = png()
    began = time.monotonic()
    read(data[:33] + b"".join(chunks) + data[33:])
    assert time.monotonic() - began < 2
