"""Names that image generators give their files: the weakest mark, since anyone can rename one."""

import re
import unicodedata
from urllib.parse import unquote

from service.provenance.records import Mark

_UUID = r"(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
_GAP = "[ _+-]"  # many a system puts another one in a blank's place
_BY_CAMERAS = r"(?i:IMG|DSC|PXL|MVIMG|photo|image|screenshot)_"

# How a name begins, without its ending; the first that fits is taken.
PATTERNS = {
    rf"(?i:ChatGPT{_GAP}Image{_GAP}.*\d)": "ChatGPT",
    rf"(?i:DALL[\W_Â]{{0,3}}E)(?:{_GAP}?3)?{_GAP}+\d{{4}}-\d\d-\d\d": "DALL·E",
    rf"(?i:Gemini{_GAP}Generated{_GAP}Image){_GAP}": "Google Gemini",
    rf"Generated{_GAP}Image{_GAP}[A-Z][a-z]+{_GAP}\d\d,?{_GAP}\d{{4}}{_GAP}": "Google AI Studio",
    rf"(?i:grok{_GAP}image){_GAP}": "xAI Grok",
    r"(?i:freepik)__": "Freepik",
    r"Firefly(?:[ _]|[+-].*\d{5})": "Adobe Firefly",
    # No Leonardo_Del_Vecchio_0001, no Leonardo_da_Vinci_Mona_Lisa.
    r"Leonardo_(?![Dd](?:a|e|el|i)(?:_|[A-Z]))(?:[^_]+_){2,}[^_]+(?<!_\d{4})$": "Leonardo.Ai",
    rf"(?!{_BY_CAMERAS}).+_.+_{_UUID}(?:[_-]\d)?$": "Midjourney",
    rf"(?i:ComfyUI)(?:_.+)?{_GAP}\d{{5,}}(?:_|$)": "ComfyUI",
    r"\d{5}-\d{7,10}(?:-.+)?$": "Stable Diffusion web UI",
}
_PATTERNS = {re.compile(pattern): generator for pattern, generator in PATTERNS.items()}
_ENDINGS = re.compile(r"(?:\.[^\W\d_]\w{0,4}){1,2}$")
# What browsers and systems add to a name that is taken.
_COPY = re.compile(
    r"^(?:Copy of|Kopie von|Copie de|Copia de) "
    r"|(?: ?\(\d{1,3}\)| \d{1,2}| copy| - (?:Copy|Kopie|Copie|copia))+$"
)
MOST = 255  # characters of a name


def marks(name: str) -> list[Mark]:
    """A mark if a file's ``name``, with or without folders, is one that a generator gives.

    The name itself, which may hold a prompt or a person's, is not told.
    """
    base = re.split(r"[/\\]", unquote(name[-4 * MOST :]))[-1][:MOST]
    stem = _ENDINGS.sub("", unicodedata.normalize("NFKC", base))
    for pattern, generator in _PATTERNS.items():
        if any(map(pattern.match, (stem, _COPY.sub("", stem)))):
            return [Mark(place="file name", generator=generator)]
    return []
