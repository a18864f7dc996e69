"""The folder of one training run: what it was asked, how far it came, what it found.

runs/20260101-120000-baseline_cnn/
  config.json        what the run was asked; a resumed run keeps it
  history.csv        one row of metrics per finished epoch
  history.png        the same as curves
  tensorboard/       the same for TensorBoard
  draws/             what frozen layers say of the pictures; large, and only runs like it need it
  last.keras         model and optimizer after the last finished epoch
  best.keras         model after the epoch with the lowest validation loss
  folds/             runs like it, each without a part of the families and sources
  calibration.json   scale and thresholds, fitted on validation or on what the folds did not see
  evaluation/        metrics and plots on the test split
"""

import csv
import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from training.errors import RunError


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What a run was asked.

    ``without`` are the sources that it was not shown, in training and in validation, so that they
    can tell how it does on what it never saw; ``data_fingerprint`` is a SHA-256 over the training
    pictures; ``like`` is the folder of the run whose draws it uses.
    """

    architecture: str
    epochs: int
    seed: int
    batch_size: int
    data: str
    without: list[str]
    data_fingerprint: str
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run's folder and the names of the files in it."""

    folder: Path
    config: RunConfig

    @classmethod
    def create(cls, runs: Path, config: RunConfig) -> "Run":
        """Make a new folder under ``runs``, named by time and architecture."""
        folder = runs / f"{datetime.now():%Y%m%d-%H%M%S}-{config.architecture}"
        folder.mkdir(parents=True)
        run = cls(folder, config)
        run.write_config()
        return run

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """Open a run's folder.

        Raises:
            RunError: it is missing or holds no readable config.json.
        """
        try:
            config = RunConfig(**json.loads((folder / "config.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{folder}: no training run: config.json: {error}") from error
        return cls(folder, config)

    def extended(self, epochs: int) -> "Run":
        """The same run, asked for ``epochs``."""
        return replace(self, config=replace(self.config, epochs=epochs))

    @property
    def last(self) -> Path:
        """Checkpoint of the last finished epoch."""
        return self.folder / "last.keras"

    @property
    def best(self) -> Path:
        """Checkpoint of the epoch with the lowest validation loss."""
        return self.folder / "best.keras"

    @property
    def draws(self) -> Path:
        """Folder of what frozen layers say of the pictures."""
        return self.folder / "draws"

    @property
    def folds(self) -> Path:
        """Folder of the runs like it that leave something out."""
        return self.folder / "folds"

    def fold_folders(self) -> list[Path]:
        """Those runs' folders, in the order in which they were begun."""
        return sorted(self.folds.glob("*/"))

    @property
    def logits(self) -> Path:
        """What it says of all pictures of the data set, where it is a fold."""
        return self.folder / "logits.npy"

    @property
    def history(self) -> Path:
        """Metrics of each finished epoch, as CSV."""
        return self.folder / "history.csv"

    @property
    def evaluation(self) -> Path:
        """Folder of the results on the test split."""
        return self.folder / "evaluation"

    def read_history(self) -> list[dict[str, float]]:
        """The finished epochs' metrics, one dictionary an epoch; empty before the first."""
        if not self.history.exists():
            return []
        with self.history.open(newline="") as file:
            return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]

    def forget_results(self) -> None:
        """Remove what was found with weights that are about to change."""
        for path in (self.folder / "calibration.json", self.logits):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.evaluation, ignore_errors=True)

    def write_config(self) -> None:
        """Keep what the run was asked."""
        self.write_json("config.json", asdict(self.config))

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        """Write ``content`` under ``name`` in the run's folder."""
        (self.folder / name).write_text(json.dumps(content, indent=2) + "\n")

    def read_json(self, name: str) -> dict[str, Any]:
        """Read what ``write_json`` wrote.

        Raises:
            RunError: the run has not come so far.
        """
        try:
            content: dict[str, Any] = json.loads((self.folder / name).read_text())
        except (OSError, ValueError) as error:
            raise RunError(f"{self.folder}: the run is unfinished: {name}: {error}") from error
        return content
