"""Scores as they are made, in a file, so that an interrupt loses none; gone once it was of use."""

import hashlib
import os
from pathlib import Path

from pydantic import ValidationError

from service.calibration.collected import Scored
from service.errors import CalibrationError
from service.pictures import folders


class Journal:
    """A line of JSON with the model's weights, then one for each picture, by its SHA-256."""

    def __init__(self, path: Path, weights: str) -> None:
        """Take up what an interrupted run of the same ``weights`` has left, or begin.

        A half-written last line is dropped.

        Raises:
            CalibrationError: it cannot be written.
        """
        self._path = path
        first = f'{{"weights_sha256":"{weights}"}}\n'
        try:
            data = path.read_bytes() if path.exists() else b""
            head, *lines = data[: data.rfind(b"\n") + 1].splitlines(keepends=True) or [b""]
            self._earlier = _read(lines) if head == first.encode() else {}
            self._stream = path.open("a", encoding="utf-8")
            os.truncate(path, len(head) + sum(map(len, lines)) if self._earlier else 0)
            if not self._earlier:
                self._stream.write(first)
        except OSError as error:
            raise CalibrationError(f"{path}: {error.strerror}") from error

    def find(self, path: Path) -> Scored | None:
        """What an earlier run has left of the picture at ``path``."""
        if not self._earlier:
            return None
        try:
            return self._earlier.get(hashlib.sha256(folders.read(path)).hexdigest())
        except OSError:
            return None

    def keep(self, scored: Scored) -> None:
        """Write it down at once."""
        self._stream.write(scored.model_dump_json() + "\n")
        self._stream.flush()

    def close(self) -> None:
        """It stays where it is."""
        self._stream.close()

    def remove(self) -> None:
        """Once all is done."""
        self._path.unlink()


def _read(lines: list[bytes]) -> dict[str, Scored]:
    """By SHA-256; nothing where a line is not one of these."""
    try:
        scored = map(Scored.model_validate_json, lines)
        return {it.sha256: it for it in scored}
    except ValidationError:
        return {}
