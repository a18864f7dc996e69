"""How good a detector is on the test split: over all sources, and on each.

    python -m training evaluate --data DIR --model runs/20260101-120000-baseline_cnn
    python -m training evaluate --data DIR --model models/deepfake/1

A run and the artifact that is exported from it give the same figures.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from rich.box import SIMPLE_HEAD
from rich.table import Table

from training.data.pixels import Pixels, load_split
from training.data.survey import survey
from training.errors import RunError
from training.fitting.run import Run
from training.judging import plots
from training.judging.metrics import (
    Distribution,
    Estimate,
    Scores,
    SourceMetrics,
    distribution,
    measure,
    roc_auc,
)
from training.judging.subject import open_subject

FEWEST = 20  # pictures of a source that has a row of its own
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Against:
    """ROC AUC of a family of fakes: against all real pictures, and against one source of them.

    Of the sources with at least ``FEWEST`` real pictures, ``like`` is the one that they are hardest
    to tell from, and ``look`` the area against it; None where there is no such source.
    """

    all: Estimate
    like: str | None = None
    look: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Results on a split: over all sources, on each, and of each family of fakes.

    Sources of fewer than ``FEWEST`` pictures are one row, ``OTHERS``. ``distribution`` is missing
    from what was evaluated before there was one.
    """

    split: Literal["test"]
    overall: SourceMetrics
    by_source: dict[str, SourceMetrics]
    fakes: dict[str, Against]
    distribution: Distribution | None = None

    @classmethod
    def read(cls, folder: Path) -> "Evaluation":
        """Read what ``evaluate`` wrote into ``folder``.

        Raises:
            RunError: an earlier version of this code wrote it, without all of these figures.
        """
        path = folder / "metrics.json"
        try:
            return TypeAdapter(cls).validate_json(path.read_bytes())
        except ValidationError as error:
            raise RunError(f"{path}: of an earlier version; evaluate the model anew") from error


def evaluate(model: Path, data: Path) -> Path:
    """Score the test split; write metrics.json and the plots; return their folder.

    The network is called as the service calls it. ``model`` is a training run's folder, or a
    version folder of an exported artifact.

    Raises:
        RunError: it is neither, or the run is unfinished.
        DataError: there is no usable test split.
    """
    subject = open_subject(model)
    survey(data, ("test",))
    pixels = load_split(data, "test", subject.view)
    scores = subject.score(pixels)
    evaluation = summarize(pixels, scores, subject.fake_above, subject.real_below)
    out = subject.out
    out.mkdir(parents=True, exist_ok=True)
    (out / "metrics.json").write_text(json.dumps(asdict(evaluation), indent=2) + "\n")
    plots.roc(pixels.labels, scores, out / "roc.png")
    plots.reliability(pixels.labels, scores, out / "reliability.png")
    plots.confusion(pixels.labels, (scores >= 0.5).astype(np.int64), out / "confusion.png")
    return out


def results_of(run_folder: Path) -> Evaluation:
    """Of a finished run; one that has not been evaluated yet is, on the data it was trained with.

    Raises:
        RunError: ``run_folder`` is no finished run.
        DataError: the run has to be evaluated and its data is gone.
    """
    run = Run.open(run_folder)
    if not (run.evaluation / "metrics.json").is_file():
        evaluate(run_folder, Path(run.config.data))
    return Evaluation.read(run.evaluation)


def summarize(pixels: Pixels, scores: Scores, fake_above: float, real_below: float) -> Evaluation:
    """Metrics of pictures from their probabilities of fake ``[n]``."""
    labels, sources = pixels.labels, np.array(pixels.sources)
    names, sizes = np.unique(sources, return_counts=True)
    small = np.isin(sources, names[sizes < FEWEST])
    rows = {str(name): sources == name for name in names[sizes >= FEWEST]}
    if small.any():
        rows[OTHERS] = small

    def of(chosen: NDArray[np.bool_]) -> SourceMetrics:
        return measure(labels[chosen], scores[chosen], fake_above, real_below)

    return Evaluation(
        "test",
        of(np.ones(len(labels), bool)),
        {name: of(chosen) for name, chosen in rows.items()},
        against(pixels, scores),
        distribution(labels, scores),
    )


def against(pixels: Pixels, scores: Scores) -> dict[str, Against]:
    """How well the fakes of each family are told from real pictures."""
    labels = pixels.labels
    families, sources = np.array(pixels.families), np.array(pixels.sources)[labels == 0]
    real = scores[labels == 0]
    names, sizes = np.unique(sources, return_counts=True)
    looks = {str(name): real[sources == name] for name in names[sizes >= FEWEST]}
    return {
        str(name): _against(scores[(labels == 1) & (families == name)], real, looks)
        for name in np.unique(families[labels == 1])
        if len(real)
    }


def _against(fake: Scores, real: Scores, looks: dict[str, Scores]) -> Against:
    areas = {name: roc_auc(its, fake) for name, its in looks.items()}
    hardest = min(areas, key=lambda name: areas[name].value, default=None)
    return Against(roc_auc(real, fake), hardest, areas[hardest] if hardest else None)


def table(evaluation: Evaluation) -> Table:
    """The results as a table for a terminal of 80 columns, one row a source."""
    columns = ("source", "real", "fake", "accuracy", "ROC AUC", "FPR", "TPR", "ECE", "by chance")
    title = "Test split; accuracy at 0.5, FPR and TPR at fake_above"
    rendered = Table(*columns, title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name, m in [*evaluation.by_source.items(), ("all", evaluation.overall)]:
        estimates = (m.roc_auc, m.false_positive_rate, m.true_positive_rate)
        cells = ["-" if e is None else f"{e.value:.3f}" for e in estimates]
        rendered.add_row(
            *(name, str(m.real), str(m.fake), f"{m.accuracy:.3f}"),
            *(*cells, f"{m.ece:.3f}", f"{m.ece_by_chance:.3f}"),
        )
    return rendered
