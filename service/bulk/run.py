"""A run from its source to its last part, begun or gone on with."""

from dataclasses import dataclass
from typing import Self

from service.bulk import engine, progress
from service.bulk.output import RUN, Output
from service.bulk.plan import Plan
from service.bulk.source import find_pictures
from service.model import own
from service.model.manifest import newest
from service.pictures.folders import LeftOut
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows the parts that are written have, and how many of them are errors."""

    pictures: int
    rows: int
    errors: int

    @classmethod
    def of(cls, output: Output, plan: Plan) -> Self:
        """Counted in the files themselves."""
        columns = [output.column(part, "error") for part in output.written()]
        rows, nulls = sum(map(len, columns)), sum(column.null_count for column in columns)
        return cls(plan.pictures, rows, rows - nulls)

    def __str__(self) -> str:
        """In words."""
        return f"{self.rows:,} of {self.pictures:,} pictures have a row, {self.errors:,} an error"


class Run:
    """Writes a row for each picture of a source, once, however often it is interrupted."""

    def __init__(self, settings: Settings, source: str, output: str, part_rows: int) -> None:
        """Write the plan, or take up the one that is there.

        Raises:
            ArtifactError: there is no model.
            ThresholdsError: the own thresholds cannot be used with it.
            BulkError: the source or the output cannot be used.
        """
        places = {name: getattr(settings, name) for name in ("model", "thresholds", "face_model")}
        absolute = {name: place and place.absolute() for name, place in places.items()}
        self._settings = settings.model_copy(update=absolute)  # an actor works in another folder
        self._output = Output(output)
        self.left_out = LeftOut()  # of the source, while the plan is made
        manifest = own.describe(newest(settings.model), own.read(settings.thresholds))
        self._output.prepare()
        if self._output.has(RUN):
            self._plan = Plan.read(self._output)
            self._plan.check(self._output, source, manifest)
        else:
            with progress.shown("Finding") as noted:
                found = find_pictures(source, self.left_out)
                self._plan = Plan.make(self._output, source, found, part_rows, manifest, noted)

    def go_on(self, address: str | None) -> None:
        """Score the parts that are missing, on this machine or on the cluster at ``address``.

        Raises:
            BulkError: the cluster cannot be reached, or cannot score.
        """
        written = self._output.written()
        missing = [part for part in self._plan.parts if part not in written]
        if not missing:
            return
        done = sum(map(self._plan.rows, written))
        with (
            progress.shown("Scoring", self._plan.pictures, done) as noted,
            engine.connected(address),
        ):
            for part in engine.score_parts(self._settings, self._output, self._plan, missing):
                done += self._plan.rows(part)
                noted(done)

    def summary(self) -> Summary:
        """What is written."""
        return Summary.of(self._output, self._plan)
