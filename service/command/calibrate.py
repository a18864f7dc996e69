"""`deepfake calibrate`: an operator's folders to thresholds, a report, and a plot of the scores."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.bulk import progress
from service.calibration import plot, report
from service.calibration.collected import Collected, Scored
from service.calibration.thresholds import calibrate
from service.command import files
from service.command.journal import Journal
from service.errors import CalibrationError
from service.model.own import OwnThresholds
from service.pictures.folders import LeftOut
from service.pictures.names import shown

if TYPE_CHECKING:
    from service.scoring.detector import Detector


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be calibrated, and where it goes: ``out``, and a report and a plot beside it."""

    real: Path
    out: Path
    false_alarms: float
    fakes: Path | None
    misses: float


def run(detector: "Detector", asked: Asked) -> OwnThresholds:
    """Score the folders and write the three files; an interrupted run is gone on with.

    Raises:
        CalibrationError: too few pictures for the promise, or a file that cannot be written.
    """
    manifest = detector.model.manifest
    journal = Journal(asked.out.with_name(f"{asked.out.name}.scores"), manifest.weights_sha256)
    with closing(journal):
        real, fake = asyncio.run(_collect_both(detector, journal, asked))
    own = calibrate(manifest, real, asked.false_alarms, fake, asked.misses)
    try:
        _write(asked.out, own, real, fake)
    except OSError as error:
        raise CalibrationError(f"{error.filename}: {error.strerror}") from error
    journal.remove()
    return own


async def _collect_both(
    detector: "Detector", journal: Journal, asked: Asked
) -> tuple[Collected, Collected | None]:
    real = await collect(detector, journal, asked.real)
    return real, await collect(detector, journal, asked.fakes) if asked.fakes else None


async def collect(detector: "Detector", journal: Journal, folder: Path) -> Collected:
    """The scores of a folder's pictures; what cannot be scored is a line on stderr."""
    left_out, collected = LeftOut(), Collected()
    paths = list(files.find_files([folder], left_out))
    if left_out.count:
        typer.echo(left_out, err=True)
    with progress.shown(f"Scoring {shown(folder.name)}", len(paths)) as noted:
        missing = _missing(paths, journal, collected.add)
        async for outcome in files.score_files(detector, missing):
            if outcome.prediction is None:
                collected.unreadable += 1
                typer.echo(f"{shown(outcome.path)}: {shown(outcome.error)}", err=True)
            else:
                scored = Scored.of(outcome.prediction)
                journal.keep(scored)
                collected.add(scored)
            noted(collected.files)
    typer.echo(f"{shown(folder)}: {collected}", err=True)
    return collected


def _missing(
    paths: list[Path], journal: Journal, known: Callable[[Scored], None]
) -> Iterator[Path]:
    """Those that an earlier run has not scored; what it has left of the others is made known."""
    for path in paths:
        scored = journal.find(path)
        if scored:
            known(scored)
        else:
            yield path


def _write(out: Path, own: OwnThresholds, real: Collected, fake: Collected | None) -> None:
    """The thresholds last, and whole or not at all."""
    picture, page = out.with_suffix(".png"), out.with_suffix(".md")
    plot.draw(picture, own.thresholds, real.scores, fake.scores if fake else None)
    page.write_text(report.render(own, real, fake, picture.name), encoding="utf-8")
    unfinished = out.with_name(f"{out.name}.new")
    unfinished.write_text(own.model_dump_json(indent=1) + "\n")
    unfinished.replace(out)
