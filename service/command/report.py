"""Outcomes as text, JSON or CSV, written one by one, so that an interrupt loses none."""

import csv
import io
import json
from pathlib import Path
from typing import Any, Protocol, TextIO

from service.command.files import Outcome
from service.scoring.verdict import Reason

COLUMNS = ("path", "label", "verdict", "reason", "fake_probability", "confidence", "faces", "error")


class Writer(Protocol):
    """Writes outcomes to a stream; ``close`` ends the document."""

    def write(self, outcome: Outcome) -> None:
        """Write one outcome."""

    def close(self) -> None:
        """Write what comes after the last one."""


class TextWriter:
    """For people: a few lines a file."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, outcome: Outcome) -> None:
        """Write the path, then the answer or the error."""
        lines = [str(outcome.path)]
        if outcome.prediction is None:
            lines.append(f"Error: {outcome.error}")
        else:
            prediction = outcome.prediction
            lines.append(f"Predicted: {prediction.label} Image")
            lines.append(f"Confidence: {prediction.confidence:.4f}")
            lines.append(f"Verdict: {prediction.verdict}")
            if prediction.reason is Reason.DECLARED_AI:
                lines.append("Reason: its content credential declares that AI generated it")
            lines.extend(f"Warning: {warning}" for warning in prediction.warnings)
        self._stream.write("\n".join(lines) + "\n\n")

    def close(self) -> None:
        """Nothing comes after the last one."""


class JsonWriter:
    """One JSON array; each element has ``path`` and either the prediction's fields or ``error``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._before = "[\n"

    def write(self, outcome: Outcome) -> None:
        """Write one element."""
        element: dict[str, Any] = {"path": str(outcome.path)}
        if outcome.prediction is None:
            element["error"] = outcome.error
        else:
            element |= outcome.prediction.model_dump(mode="json")
        self._stream.write(self._before + json.dumps(element, ensure_ascii=False))
        self._before = ",\n"

    def close(self) -> None:
        """Close the array, also after an interrupt."""
        self._stream.write("[]\n" if self._before == "[\n" else "\n]\n")


class CsvWriter:
    """One row a file under the header ``COLUMNS``."""

    def __init__(self, stream: TextIO, *, header: bool = True) -> None:
        self._stream = stream
        self._rows = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        if header:
            self._rows.writeheader()

    def write(self, outcome: Outcome) -> None:
        """Write one row at once, for a later ``--resume`` to find."""
        row: dict[str, Any] = {"path": outcome.path, "error": outcome.error}
        if outcome.prediction is not None:
            row |= outcome.prediction.model_dump(mode="json", include=set(COLUMNS))
            row["faces"] = len(outcome.prediction.faces)
        self._rows.writerow(row)
        self._stream.flush()

    def close(self) -> None:
        """Nothing comes after the last one."""


def resume_csv(path: Path) -> dict[str, str]:
    """The errors, mostly empty, by path of an interrupted CSV; drops a half-written row."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    path.write_text(whole, encoding="utf-8")
    return {row["path"]: row["error"] for row in csv.DictReader(io.StringIO(whole))}
