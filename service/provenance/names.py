"""Names that image generators give their files: the weakest mark, since anyone can rename one."""

import re

from service.provenance.records import Mark

_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

# How a name begins, without its ending; the first that fits is taken.
PATTERNS = {
    r"ChatGPT Image .*\d": "ChatGPT",
    r"DALL[·.-]?E[ _-]\d{4}-\d\d-\d\d": "DALL·E",
    r"Gemini_Generated_Image_": "Google Gemini",
    r"grok-image-": "xAI Grok",
    r"freepik__": "Freepik",
    r"Firefly[ _]": "Adobe Firefly",
    r"Leonardo(?:_[^_]+){3,}(?<!_\d{4})$": "Leonardo.Ai",  # no Leonardo_Del_Vecchio_0001
    rf"[^_]+_.+_{_UUID}(?:_\d)?$": "Midjourney",
    r"ComfyUI(?:_.+)?_\d{5,}_": "ComfyUI",
    r"\d{5}-\d{7,10}(?:-.+)?$": "Stable Diffusion web UI",
}
_PATTERNS = {re.compile(pattern): generator for pattern, generator in PATTERNS.items()}
_ENDING = re.compile(r"\.\w{1,5}$")
_COPY = re.compile(r" ?\(\d{1,3}\)$")  # what browsers add to a name that is taken
MOST = 255  # characters of a name


def marks(name: str) -> list[Mark]:
    """A mark if a file's ``name``, with or without folders, is one that a generator gives.

    The name itself, which may hold a prompt or a person's, is not told.
    """
    base = re.split(r"[/\\]", name)[-1][:MOST]
    stem = _COPY.sub("", _ENDING.sub("", base))
    for pattern, generator in _PATTERNS.items():
        if pattern.match(stem):
            return [Mark(place="file name", generator=generator)]
    return []
