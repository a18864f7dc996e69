"""An operator's own thresholds: the file that `deepfake calibrate` writes, and judging by it.

They are split-conformal (Bates et al. 2023, "Testing for outliers with conformal p-values"): for a
picture that is exchangeable with those that they were calibrated on, the p-value is at most ``a``
with probability at most ``a``.
"""

from bisect import bisect_left
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import ThresholdsError
from service.model.manifest import Estimate, Manifest, Thresholds
from service.model.promise import Promise

_FLOATS = 1e-9  # what a product of floats may be off by


class Weights(BaseModel):
    """Which model's scores they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int
    weights_sha256: str = Field(pattern="^[0-9a-f]{64}$")


class OwnThresholds(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thresholds: Thresholds
    promise: Promise
    roc_auc: Estimate | None = Field(None, description="Of the operator's fakes, if there were.")
    model: Weights
    real_scores: tuple[float, ...] = Field(
        min_length=1, description="Of the calibrating real pictures, sorted, 0..1; no more of them."
    )

    @model_validator(mode="after")
    def _keep_their_promise(self) -> "OwnThresholds":
        scores, promised = self.real_scores, self.promise.false_alarms
        if any(lower > higher for lower, higher in pairwise((0.0, *scores, 1.0))):
            raise ValueError("real_scores are not sorted, from 0 to 1")
        if len(scores) != promised.pictures:
            raise ValueError("real_scores are not those of as many pictures as it says")
        if self.p_value(self.thresholds.fake_above) > promised.at_most + _FLOATS:
            raise ValueError("fake_above does not keep the promised rate of false alarms")
        return self

    def __str__(self) -> str:
        """A line for a person."""
        rate = self.promise.false_alarms
        return (
            f"fake from {self.thresholds.fake_above:.6f}, real below "
            f"{self.thresholds.real_below:.6f}; by {rate.pictures:,} real pictures, of whose kind "
            f"at most {100 * rate.at_most:g} % are called fake"
        )

    @classmethod
    def read(cls, path: Path) -> "OwnThresholds":
        """Read the file at ``path``.

        Raises:
            ThresholdsError: it is missing or malformed, or contradicts itself.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ThresholdsError(f"{path}: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            message = first["msg"].removeprefix("Value error, ")
            raise ThresholdsError(
                f"{path}: no thresholds of `deepfake calibrate`: {where and where + ': '}{message}"
            ) from error

    def p_value(self, score: float) -> float:
        """How rare such a score is among the real pictures: in 1/(n + 1)..1.

        (1 + the number of calibrating scores that are as high) / (n + 1).
        """
        count = len(self.real_scores)
        return (1 + count - bisect_left(self.real_scores, score)) / (count + 1)

    def put_in_force(self, manifest: Manifest) -> Manifest:
        """The model's description, with these thresholds in it.

        Raises:
            ThresholdsError: they were made with other weights, whose scores mean other things.
        """
        if manifest.weights_sha256 != self.model.weights_sha256:
            raise ThresholdsError(
                f"the own thresholds were made with {self.model.name} {self.model.version}, and "
                f"{manifest.name} {manifest.version} has other weights: calibrate with it, or "
                "unset DEEPFAKE_THRESHOLDS"
            )
        own = {"thresholds": self.thresholds, "own_thresholds": self.promise}
        return manifest.model_copy(update=own)


def read(path: Path | None) -> OwnThresholds | None:
    """What a setting names, if it names any.

    Raises:
        ThresholdsError: it cannot be used.
    """
    return OwnThresholds.read(path) if path else None


def describe(folder: Path, own: OwnThresholds | None) -> Manifest:
    """What judges: the model.json of the version folder ``folder``, and what is put in force.

    Raises:
        ArtifactError: it is missing or malformed.
        ThresholdsError: ``own`` was made with other weights.
    """
    manifest = Manifest.read(folder)
    return own.put_in_force(manifest) if own else manifest
