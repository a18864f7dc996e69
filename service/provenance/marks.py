"""What a file's metadata say of the program or the camera that made it; easily removed or faked."""

import re
from collections.abc import Iterator

from PIL import ExifTags, Image

from service.provenance.credentials import ai_use, short
from service.provenance.metadata import Metadata, text
from service.provenance.records import Camera, Mark

MOST = 20

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
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_MIDJOURNEYS_JOB = re.compile(rf"\bJob ID: {_UUID}\b")
_XAIS_SIGNATURE, _XAIS_ARTIST = re.compile(r"Signature: [\w+/=-]{40,}\s*"), re.compile(_UUID)
_SOURCE_TYPE = re.compile(r"digitalsourcetype/(\w{1,60})", re.IGNORECASE)
_TOOL = re.compile(r"CreatorTool\s*(?:=\s*[\"']|>)([^\"'<]{1,200})")


def marks(found: Metadata) -> list[Mark]:
    """Each mark once."""
    several = [*_of_png(found.png), *_of_exif(found.exif, found.comment), *_of_iptc(found.iptc)]
    for packet in found.xmp:
        several.extend(_of_xmp(packet))
    return list({(mark.place, mark.value): mark for mark in several}.values())[:MOST]


def camera(exif: Image.Exif) -> Camera | None:
    """The camera that EXIF names."""
    make, model = short(exif.get(ExifTags.Base.Make)), short(exif.get(ExifTags.Base.Model))
    return Camera(make=make, model=model) if make or model else None


def _of_png(texts: dict[str, str]) -> Iterator[Mark]:
    """Of a prompt, only that there is one is told."""
    for key, generator in PNG_TEXTS.items():
        if key in texts:
            yield Mark(place=f"PNG text {key}", generator=generator)
    if _STEPS.search(texts.get("parameters", "")):
        yield Mark(place="PNG text parameters", generator=A1111)
    if _NODES.search(texts.get("prompt", "")):
        yield Mark(place="PNG text prompt", generator="ComfyUI")
    for key in ("Software", "Title", "Description", "Comment"):
        yield from _named(f"PNG text {key}", texts.get(key, ""), tell=key == "Software")


def _of_exif(exif: Image.Exif, comment: str) -> Iterator[Mark]:
    description = text(exif.get(ExifTags.Base.ImageDescription))
    yield from _named("EXIF Software", text(exif.get(ExifTags.Base.Software)), tell=True)
    yield from _named("EXIF ImageDescription", description)
    artist = text(exif.get(ExifTags.Base.Artist)).strip("\0 ")
    if _XAIS_SIGNATURE.fullmatch(description) and _XAIS_ARTIST.fullmatch(artist):
        yield Mark(place="EXIF ImageDescription", generator="xAI Grok")
    if _STEPS.search(comment.replace("\0", "")):  # it may be in UTF-16
        yield Mark(place="EXIF UserComment", generator=A1111)


def _of_iptc(texts: dict[str, str]) -> Iterator[Mark]:
    for name, value in texts.items():
        yield from _source_types(value)
        yield from _named(f"IPTC {name}", value, tell=name == "OriginatingProgram")


def _of_xmp(xmp: str) -> Iterator[Mark]:
    yield from _source_types(xmp)
    for tool in _TOOL.findall(xmp)[:MOST]:
        yield from _named("XMP CreatorTool", tool, tell=True)
    yield from _named("XMP", xmp)


def _source_types(value: str) -> Iterator[Mark]:
    for term in _SOURCE_TYPE.findall(value)[:MOST]:
        yield Mark(place="IPTC DigitalSourceType", value=term, declares_ai=ai_use([term]))


def _named(place: str, value: str, tell: bool = False) -> Iterator[Mark]:
    """A mark if ``value`` names a generator, or any program where that is to be told."""
    name = _NAMES.search(value)
    generator = name[0] if name else "Midjourney" if _MIDJOURNEYS_JOB.search(value) else None
    told = short(value) if tell else None
    if told or generator:
        yield Mark(place=place, value=told, generator=generator)
