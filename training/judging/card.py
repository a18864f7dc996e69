"""What is known of an artifact, in its model.json and as MODEL_CARD.md: measured, never typed.

    python -m training evaluate --data DIR --model models/deepfake/1 --card \\
        --run runs/A --compare runs/B

Folds take hours: what an earlier card of this version says of strangers and of other networks stays
in it, unless it is measured again.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2

from training.data.pixels import load_split
from training.errors import RunError
from training.judging.evaluate import Evaluation
from training.judging.failures import failures
from training.judging.study import study
from training.judging.subject import open_subject

CARD = Path("MODEL_CARD.md")
PLOTS = Path("docs/model")
TEMPLATE = Path(__file__).parent / "templates" / "MODEL_CARD.md"


def publish(model: Path, data: Path, run: Path | None = None, others: Sequence[Path] = ()) -> Path:
    """Study an evaluated artifact; write its model.json anew and the card into this folder.

    ``run`` is what it was exported from, for what its folds and heads say of strangers.

    Raises:
        RunError: ``model`` is no artifact, or another path no finished run.
    """
    manifest_path = model / "assets.extra" / "model.json"
    if not manifest_path.is_file():
        raise RunError(f"{model}: no artifact; a card is written of an exported version")
    subject = open_subject(model)
    manifest = json.loads(manifest_path.read_text())
    manifest["metrics"] = asdict(Evaluation.read(subject.out))
    measured = asdict(study(subject, data, run, others))
    manifest["study"] = with_earlier(manifest["study"] or {}, measured)
    _replace(manifest_path, json.dumps(manifest, indent=2) + "\n")
    pixels = load_split(data, "test", subject.view)
    mistakes = failures(pixels, subject.score(pixels))
    PLOTS.mkdir(parents=True, exist_ok=True)
    for plot in ("roc.png", "reliability.png"):
        shutil.copy(subject.out / plot, PLOTS / plot)
    CARD.write_text(render(manifest, [asdict(mistake) for mistake in mistakes]))
    return CARD


def with_earlier(before: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any]:
    """``measured``, and what the study ``before`` says of strangers and of other networks."""
    strangers = {part: measured[part] or before.get(part) for part in ("unseen", "unseen_heads")}
    return measured | strangers | {"compared": before.get("compared", {}) | measured["compared"]}


def render(manifest: dict[str, Any], mistakes: list[dict[str, Any]]) -> str:
    """The card as Markdown."""
    environment = jinja2.Environment(  # nosec B701
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # Markdown of our own figures
    )
    environment.filters["estimate"] = _estimate
    template = environment.from_string(TEMPLATE.read_text())
    return template.render(**manifest, mistakes=mistakes, plots=PLOTS)


def _estimate(it: dict[str, float] | None) -> str:
    """``0.912 (0.901-0.923)``, or a dash."""
    return f"{it['value']:.3f} ({it['low']:.3f}-{it['high']:.3f})" if it else "-"


def _replace(path: Path, text: str) -> None:
    writing = path.with_suffix(".writing")
    writing.write_text(text)
    os.replace(writing, path)  # noqa: PTH105
