"""Outcomes as text, JSON or CSV, written one by one, so that an interrupt loses none."""

import csv
import io
import json
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TextIO

from service.command.files import Outcome
from service.errors import TableError
from service.pictures.names import meant, shown
from service.scoring.words import Reason

COLUMNS = ("path", "label", "verdict", "reason", "fake_probability", "confidence", "faces", "error")
# With which a cell begins that spreadsheets compute, also in the wide letters of the Far East.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


class Format(StrEnum):
    """How `predict` prints."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


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
        encoding = self._stream.encoding
        lines = [shown(outcome.path, encoding)]
        if outcome.prediction is None:
            lines.append(f"Error: {shown(outcome.error, encoding)}")
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
        element: dict[str, Any] = {"path": shown(outcome.path)}
        if outcome.prediction is None:
            element["error"] = outcome.error
        else:
            element |= outcome.prediction.model_dump(mode="json")
        self._stream.write(self._before + json.dumps(element))
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
        encoding = self._stream.encoding
        path = shown(outcome.path, encoding)
        row: dict[str, Any] = {
            "path": f"./{path}" if _FORMULA.match(path) else path,
            "error": shown(outcome.error, encoding),
        }
        if outcome.prediction is not None:
            row |= outcome.prediction.model_dump(mode="json", include=set(COLUMNS))
            row["faces"] = len(outcome.prediction.faces)
        self._rows.writerow(row)
        self._stream.flush()

    def close(self) -> None:
        """Nothing comes after the last one."""


def writer(format: Format, stream: TextIO, *, header: bool) -> Writer:  # noqa: A002
    """What writes in that format; ``header`` is for a table alone."""
    if format is Format.CSV:
        return CsvWriter(stream, header=header)
    return JsonWriter(stream) if format is Format.JSON else TextWriter(stream)


def resume_csv(path: Path) -> dict[str, str]:
    """The errors, mostly empty, by path of an interrupted CSV; drops a half-written row.

    A spreadsheet may have saved it since, with a byte-order mark and its own ends of lines.

    Raises:
        TableError: it cannot be read or is another table; it is left as it is.
    """
    try:
        data = path.read_bytes() if path.exists() else b""
        end = data.rfind(b"\n") + 1
        if not end and not ",".join(COLUMNS).encode().startswith(data):
            raise _other(path)
        rows = _rows(path, data[:end])
        if end < len(data):
            os.truncate(path, end)
    except OSError as error:
        raise TableError(f"{path}: {error.strerror}") from error
    return {str(Path(meant(row["path"]))): row["error"] for row in rows}


def _rows(path: Path, data: bytes) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _other(path) from error
    of_another_length = any(None in row or None in row.values() for row in rows)
    if (data and tuple(reader.fieldnames or ()) != COLUMNS) or of_another_length:
        raise _other(path)
    return rows


def _other(path: Path) -> TableError:
    return TableError(f"{path}: is no table of this program's that could be gone on with")
