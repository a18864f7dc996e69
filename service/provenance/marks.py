"""What a file's metadata say of the program or the camera that made it; easily removed or faked."""

import re
from collections.abc import Iterator
from itertools import islice

from PIL import ExifTags, Image

from service.provenance.credentials import ai_use, short
from service.provenance.metadata import MOST_SEARCHED, Metadata, text
from service.provenance.records import Camera, Mark

MOST = 20

# Text chunks in which image generators keep how a picture was made.
PNG_TEXTS = {
    "invokeai_metadata": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "Dream": "InvokeAI",
    "fooocus_scheme": "Fooocus",
    "generation_data": "Tensor.Art",
    "use_stable_diffusion_model": "Easy Diffusion",
}
A1111 = "Stable Diffusion web UI"
# How a picture was made, as generators write it down, wherever that is.
RECIPES = {
    re.compile(r"\bSteps: \d+, (?:(?!Steps: ).){0,400}?\bSampler: ", re.DOTALL): A1111,
    re.compile(r'"class_type"\s*:|"last_node_id"\s*:'): "ComfyUI",
    re.compile(r'"sui_image_params"\s*:'): "SwarmUI",
    re.compile(r'"version"\s*:\s*"Fooocus'): "Fooocus",
}
_NAMED_VALUE = re.compile(r"\w+:\s*[{\[]")  # ComfyUI's, in the camera's place in a WebP
_NAMES = re.compile(
    r"adobe firefly|automatic1111|bing image creator|chatgpt|comfyui|dall(?:\W|Â·)?e\b|fooocus"
    r"|google ai|google imagen|gpt-4o|gpt-image|\bgrok\b|ideogram|\bimagen[ -]?\d|invokeai"
    r"|leonardo\.ai|midjourney|novelai|openai|stable diffusion|stability ai",
    re.IGNORECASE,
)
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_MIDJOURNEYS_JOB = re.compile(rf"\bJob ID: {_UUID}\b")
_XAIS_SIGNATURE = re.compile(r"Signature: [\w+/=-]{40,}\s*")
_XAIS_ARTIST = re.compile(_UUID, re.IGNORECASE)
# A term behind its vocabulary's address or, without that, as the value of the property itself.
_SOURCE_TYPE = re.compile(
    r"digitalsourcetype(?:/|(?:\s+rdf:resource)?\s*=\s*[\"']\s*|>\s*)"
    r"(?:\w{1,20}:(?!/))?(\w{1,60})(?![\w:])",
    re.IGNORECASE,
)
_TEXTS_OF_PNG = ("Title", "Description", "Comment", "Author", "Source", "Copyright")
_TEXTS_OF_EXIF = ("ImageDescription", "Artist", "Copyright", "Make", "Model")
_TEXTS_OF_WINDOWS = ("XPTitle", "XPComment", "XPAuthor", "XPKeywords", "XPSubject")
_TOOL = re.compile(r"CreatorTool\s*(?:=\s*[\"']|>)([^\"'<]{1,200})")


def marks(found: Metadata) -> list[Mark]:
    """Each mark once."""
    several = [*_of_png(found.png), *_of_exif(found.exif), *_of_iptc(found.iptc)]
    for place, comment in found.comments.items():
        several.extend([*_recipes(place, comment), *_named(place, comment)])
    for packet in found.xmp:
        several.extend(_of_xmp(packet))
    return list({(mark.place, mark.value): mark for mark in several}.values())[:MOST]


def camera(exif: Image.Exif) -> Camera | None:
    """The camera that EXIF names."""
    named = (text(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    make, model = (None if _NAMED_VALUE.match(it) else short(it) for it in named)
    return Camera(make=make, model=model) if make or model else None


def _of_png(texts: dict[str, str]) -> Iterator[Mark]:
    """Of a prompt, only that there is one is told."""
    written = {key.casefold(): value for key, value in texts.items()}
    for key, generator in PNG_TEXTS.items():
        if key.casefold() in written:
            yield Mark(place=f"PNG text {key}", generator=generator)
    for key in ("parameters", "prompt", "workflow", "Comment", "Description"):
        yield from _recipes(f"PNG text {key}", written.get(key.casefold(), ""))
    for key in ("Software", *_TEXTS_OF_PNG):
        value = written.get(key.casefold(), "")
        yield from _named(f"PNG text {key}", value, tell=key == "Software")


def _of_exif(exif: Image.Exif) -> Iterator[Mark]:
    yield from _named("EXIF Software", _field(exif, "Software"), tell=True)
    for name in (*_TEXTS_OF_EXIF, *_TEXTS_OF_WINDOWS):
        value = _field(exif, name)
        yield from [*_recipes(f"EXIF {name}", value), *_named(f"EXIF {name}", value)]
    artist = _field(exif, "Artist").strip("\0 ")
    described = _field(exif, "ImageDescription")
    if _XAIS_SIGNATURE.fullmatch(described) and _XAIS_ARTIST.fullmatch(artist):
        yield Mark(place="EXIF ImageDescription", generator="xAI Grok")


def _field(exif: Image.Exif, name: str) -> str:
    value = exif.get(ExifTags.Base[name])
    return text(bytes(value) if name in _TEXTS_OF_WINDOWS and value else value)


def _of_iptc(texts: dict[str, str]) -> Iterator[Mark]:
    for name, value in texts.items():
        yield from _source_types(value)
        yield from _named(f"IPTC {name}", value, tell=name == "OriginatingProgram")


def _of_xmp(xmp: str) -> Iterator[Mark]:
    yield from _source_types(xmp)
    xmp = xmp[:MOST_SEARCHED]
    for tool in _TOOL.findall(xmp)[:MOST]:
        yield from _named("XMP CreatorTool", tool, tell=True)
    yield from _named("XMP", xmp)


def _source_types(value: str) -> Iterator[Mark]:
    for found in islice(_SOURCE_TYPE.finditer(value), MOST):
        term = found[1]
        yield Mark(place="IPTC DigitalSourceType", value=term, declares_ai=ai_use([term]))


def _recipes(place: str, value: str) -> Iterator[Mark]:
    for recipe, generator in RECIPES.items():
        if recipe.search(value):
            yield Mark(place=place, generator=generator)


def _named(place: str, value: str, tell: bool = False) -> Iterator[Mark]:
    """A mark if ``value`` names a generator, or any program where that is to be told."""
    name = _NAMES.search(value)
    generator = name[0] if name else "Midjourney" if _MIDJOURNEYS_JOB.search(value) else None
    told = short(value) if tell else None
    if told or generator:
        yield Mark(place=place, value=told, generator=generator)
