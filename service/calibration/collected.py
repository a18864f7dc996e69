"""What the scoring of an operator's pictures came to, without their names."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from service.scoring.schemas import Prediction
from service.scoring.words import Reason, WarningCode


class Scored(BaseModel):
    """One picture. Thresholds judge it if nothing warns and nothing else decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    score: float
    warnings: tuple[WarningCode, ...]
    declared: bool

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        """What of a prediction counts here."""
        return cls(
            sha256=prediction.image.sha256,
            score=prediction.fake_probability,
            warnings=tuple(prediction.warnings),
            declared=prediction.reason is Reason.DECLARED_AI,
        )

    @property
    def judged(self) -> bool:
        """Whether its verdict is the thresholds' to say."""
        return not self.warnings and not self.declared

    @property
    def declares_ai(self) -> bool:
        """Whether its file says that AI made it."""
        return self.declared or WarningCode.DECLARED_AI_UNVERIFIED in self.warnings


@dataclass(slots=True)
class Collected:
    """The pictures of a folder, each once, and how many files could not be scored."""

    pictures: dict[str, Scored] = field(default_factory=dict)
    duplicates: int = 0
    unreadable: int = 0

    def add(self, scored: Scored) -> None:
        """Count one more file: the same bytes are the same picture."""
        self.duplicates += scored.sha256 in self.pictures
        self.pictures.setdefault(scored.sha256, scored)

    def __str__(self) -> str:
        """A line for a person."""
        return (
            f"{self.files:,} files: {len(self.scores):,} count, {self.left_out:,} are left out, "
            f"{self.duplicates:,} repeat another one, {self.unreadable:,} cannot be scored"
        )

    @property
    def files(self) -> int:
        """How many have been looked at."""
        return len(self.pictures) + self.duplicates + self.unreadable

    @property
    def scores(self) -> NDArray[np.float32]:
        """Of the pictures that thresholds judge, sorted: float32 ``[n]`` in 0..1."""
        judged = sorted(it.score for it in self.pictures.values() if it.judged)
        return np.array(judged, np.float32)

    @property
    def warnings(self) -> Counter[WarningCode]:
        """How many pictures have each."""
        return Counter(code for it in self.pictures.values() for code in it.warnings)

    @property
    def left_out(self) -> int:
        """How many pictures thresholds do not judge."""
        return sum(not it.judged for it in self.pictures.values())

    @property
    def declaring_ai(self) -> int:
        """How many files say that AI made them."""
        return sum(it.declares_ai for it in self.pictures.values())
