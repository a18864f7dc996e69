"""What a run is to score, written down before it begins, so that it can go on after any end."""

import itertools
from collections.abc import Callable, Iterable
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field

from service.bulk.output import PATHS, RUN, Output
from service.errors import BulkError
from service.model.manifest import Manifest
from service.model.promise import Promise
from service.pictures.names import shown

_PATHS = pa.schema([pa.field("path", pa.string(), nullable=False)])


class Plan(BaseModel):
    """The content of ``_run.json``; the pictures stand beside it, a row group for each part."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    source: str
    pictures: int
    part_rows: int
    model: str
    model_version: int
    weights_sha256: str
    own_thresholds: Promise | None = Field(None, exclude_if=lambda own: own is None)

    @classmethod
    def make(
        cls,
        output: Output,
        source: str,
        pictures: Iterable[str],
        part_rows: int,
        manifest: Manifest,
        noted: Callable[[int], None],
    ) -> Self:
        """Write down the pictures, and then what is done with them; ``noted`` is told how many.

        All names as ``service.pictures.names`` writes them: some are no UTF-8.

        Raises:
            BulkError: there are none.
        """
        count, pictures = 0, iter(pictures)
        with output.writing(PATHS) as stream, pq.ParquetWriter(stream, _PATHS) as writer:
            while part := list(map(shown, itertools.islice(pictures, part_rows))):
                writer.write_table(pa.table([part], _PATHS), row_group_size=part_rows)
                count += len(part)
                noted(count)
        if not count:
            raise BulkError(f"{source}: no picture is there")
        plan = cls(
            source=shown(source),
            pictures=count,
            part_rows=part_rows,
            model=manifest.name,
            model_version=manifest.version,
            weights_sha256=manifest.weights_sha256,
            own_thresholds=manifest.own_thresholds,
        )
        with output.writing(RUN) as stream:
            stream.write(plan.model_dump_json(indent=2).encode())
        return plan

    @classmethod
    def read(cls, output: Output) -> Self:
        """The plan of a run that was begun."""
        return cls.model_validate_json(output.read(RUN))

    def check(self, output: Output, source: str, manifest: Manifest) -> None:
        """Refuse to go on with another source, or to mix two models' scores or thresholds.

        Raises:
            BulkError: it was begun with another one.
        """
        if shown(source) != self.source:
            raise BulkError(f"{output.place}: was begun with {self.source}; name a new folder")
        if not self.is_of(manifest):
            stated, now = (
                f"{self.model} {self.model_version}",
                f"{manifest.name} {manifest.version}",
            )
            raise BulkError(
                f"{output.place}: was begun with the model {stated} and the one here is {now}; "
                "name a new folder, or set DEEPFAKE_MODEL"
            )

        if manifest.own_thresholds != self.own_thresholds:
            raise BulkError(
                f"{output.place}: was begun with other thresholds; "
                "name a new folder, or set DEEPFAKE_THRESHOLDS as it was"
            )

    def is_of(self, manifest: Manifest) -> bool:
        """Whether that model's weights are to score it."""
        return manifest.weights_sha256 == self.weights_sha256

    @property
    def parts(self) -> range:
        """Their numbers."""
        return range(-(-self.pictures // self.part_rows))

    def rows(self, part: int) -> int:
        """How many pictures a part has."""
        return min(self.part_rows, self.pictures - part * self.part_rows)
