"""What a file's metadata say of the program or the camera that made it; easily removed or faked."""

import re
from collections.abc import Iterator
from typing import Any

from PIL import ExifTags, Image

from service.provenance.credentials import ai_use, short
from service.provenance.records import Camera, Mark

MOST = 20
MOST_SEARCHED = 1 << 17  # characters of one field

# Text chunks in which image generators keep how a picture was made.
PNG_TEXTS = {
    "invokeai_metadata": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "Dream": "InvokeAI",
    "fooocus_scheme": "Fooocus",
    "generation_data": "Tensor.Art",
}
A1111 = "Stable Diffusion web UI"
_STEPS = re.compile(r"\bSteps: \d+, .{0,400}?\bSampler: ", re.DOTALL)
_NODES = re.compile(r'"class_type"\s*:')
_NAMES = re.compile(
    r"adobe firefly|automatic1111|bing image creator|chatgpt|comfyui|dall[-·. ]?e\b|fooocus"
    r"|google ai|gpt-4o|gpt-image|\bgrok\b|ideogram|\bimagen\b|invokeai|leonardo\.ai|midjourney"
    r"|novelai|openai|stable diffusion|stability ai",
    re.IGNORECASE,
)
_SOURCE_TYPE = re.compile(r"digitalsourcetype/(\w{1,60})", re.IGNORECASE)
_TOOL = re.compile(r"CreatorTool\s*(?:=\s*[\"']|>)([^\"'<]{1,200})")


def marks(image: Image.Image) -> list[Mark]:
    """Of an opened picture whose pixels need not be read: each mark once."""
    exif, xmp = _exif(image), _text(image.info.get("xmp"))
    found = [*_of_png(image), *_of_exif(exif), *_of_xmp(xmp)]
    return list({(mark.place, mark.value): mark for mark in found}.values())[:MOST]


def camera(image: Image.Image) -> Camera | None:
    """The camera that EXIF names."""
    exif = _exif(image)
    make, model = short(exif.get(ExifTags.Base.Make)), short(exif.get(ExifTags.Base.Model))
    return Camera(make=make, model=model) if make or model else None


def _of_png(image: Image.Image) -> Iterator[Mark]:
    """Of a prompt, only that there is one is told."""
    if image.format != "PNG":
        return
    texts = {key: _text(value) for key, value in image.info.items() if isinstance(value, str)}
    for key, generator in PNG_TEXTS.items():
        if key in texts:
            yield Mark(place=f"PNG text {key}", generator=generator)
    if _STEPS.search(texts.get("parameters", "")):
        yield Mark(place="PNG text parameters", generator=A1111)
    if _NODES.search(texts.get("prompt", "")):
        yield Mark(place="PNG text prompt", generator="ComfyUI")
    for key in ("Software", "Title", "Description", "Comment"):
        yield from _named(f"PNG text {key}", texts.get(key, ""), tell=key == "Software")


def _of_exif(exif: Image.Exif) -> Iterator[Mark]:
    yield from _named("EXIF Software", _text(exif.get(ExifTags.Base.Software)), tell=True)
    yield from _named("EXIF ImageDescription", _text(exif.get(ExifTags.Base.ImageDescription)))
    comment = _text(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment))
    if _STEPS.search(comment.replace("\0", "")):  # it may be in UTF-16
        yield Mark(place="EXIF UserComment", generator=A1111)


def _of_xmp(xmp: str) -> Iterator[Mark]:
    for term in _SOURCE_TYPE.findall(xmp)[:MOST]:
        yield Mark(place="IPTC DigitalSourceType", value=term, declares_ai=ai_use([term]))
    for tool in _TOOL.findall(xmp)[:MOST]:
        yield from _named("XMP CreatorTool", tool, tell=True)
    yield from _named("XMP", xmp)


def _named(place: str, text: str, tell: bool = False) -> Iterator[Mark]:
    """A mark if ``text`` names a generator, or any program where that is to be told."""
    name = _NAMES.search(text)
    value = short(text) if tell else None
    if name or value:
        yield Mark(place=place, value=value, generator=name[0] if name else None)


def _exif(image: Image.Image) -> Image.Exif:
    if image.format == "PNG" and "exif" not in image.info:
        return Image.Exif()  # Pillow would look behind the pixels, and decode them
    return image.getexif()


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value[:MOST_SEARCHED].decode("utf-8", "replace")
    return str(value or "")[:MOST_SEARCHED]
