"""What an operator's own thresholds promise, as `GET /model` tells it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Rate(BaseModel):
    """A rate of errors that is kept to, and what it comes to for such a set of pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_most: float = Field(
        gt=0, le=0.5, description="The chance that the next picture of that kind is an error."
    )
    low: float = Field(
        ge=0, le=1, description="Where the rate of these very thresholds lies, with 95 % of sets."
    )
    high: float = Field(ge=0, le=1)
    pictures: int = Field(gt=0, description="How many it rests on.")


class Promise(BaseModel):
    """Holds for pictures of the kind that was calibrated with, and for no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calibrated: datetime
    false_alarms: Rate = Field(description="Real pictures with the verdict `fake`.")
    misses: Rate | None = Field(
        None, description="Fakes with the verdict `real`; null: `real_below` is the model's."
    )
    doubts: tuple[str, ...] = Field((), description="What looked odd about the pictures.")

    @model_validator(mode="after")
    def _intervals_are_in_order(self) -> "Promise":
        for rate in (self.false_alarms, self.misses):
            if rate and rate.low > rate.high:
                raise ValueError("an interval ends before it begins")
        return self
