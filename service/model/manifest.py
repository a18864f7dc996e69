"""model.json: what an artifact says of itself. Training writes it; the service refuses another."""

import re
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.errors import ArtifactError
from service.model.promise import Promise

VERSION = re.compile("[1-9][0-9]*")  # a version folder's name
Share = float | None


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Thresholds(_Frozen):
    """Where probabilities turn into verdicts."""

    fake_above: float = Field(
        ge=0.5, le=1, description="At this probability or more the verdict is `fake`."
    )
    real_below: float = Field(ge=0, le=0.5, description="Under this one it is `real`.")


class Confusion(_Frozen):
    """Counts of test pictures; fake is the positive class."""

    true_real: int = Field(description="Real pictures labelled REAL.")
    false_fake: int = Field(description="Real pictures labelled FAKE.")
    false_real: int = Field(description="Fakes labelled REAL.")
    true_fake: int = Field(description="Fakes labelled FAKE.")


class Estimate(_Frozen):
    """A share, and the 95 % interval around it."""

    value: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class SourceMetrics(_Frozen):
    """How good the answers are on one source; null where a class is missing from it."""

    real: int = Field(description="Number of real pictures.")
    fake: int = Field(description="Number of fakes.")
    accuracy: float = Field(ge=0, le=1, description="Of the label.")
    roc_auc: Estimate | None = Field(description="Area under the ROC curve.")
    precision: Share = Field(description="Share of fakes among what is labelled FAKE.")
    recall: Share = Field(description="Share of the fakes that are labelled FAKE.")
    confusion: Confusion
    false_positive_rate: Estimate | None = Field(
        description="Share of the real pictures that reach the threshold of `fake`."
    )
    true_positive_rate: Estimate | None = Field(description="Share of the fakes that reach it.")
    miss_rate: Estimate | None = Field(description="Share of the fakes under that of `real`.")
    ece: float = Field(ge=0, le=1, description="Expected calibration error of the confidence.")
    ece_by_chance: float = Field(
        ge=0,
        le=1,
        description="What that would be of as many pictures if each confidence were right.",
    )
    classwise_ece: float = Field(
        ge=0, le=1, description="Expected calibration error of the probability of fake."
    )


class Against(_Frozen):
    """How well the fakes of one family are told from real pictures: ROC AUC."""

    all: Estimate = Field(description="Against all real pictures.")
    like: str | None = Field(
        None, description="The source of real pictures that they are hardest to tell from."
    )
    look: Estimate | None = Field(description="Against the real pictures of that source.")


class Family(_Frozen):
    """A family of fakes that a network was not shown."""

    fakes: int
    roc_auc: Estimate = Field(description="Against the test's real pictures.")


class Judged(_Frozen):
    """Real pictures of sources that a network was not shown, and the verdicts that they get."""

    pictures: int
    fake: Estimate
    real: Estimate


class Unseen(_Frozen):
    """How networks do that were trained without some families and sources, on those."""

    families: dict[str, Family]
    mean_auc: float = Field(ge=0, le=1, description="Over the families.")
    worst_auc: float = Field(ge=0, le=1)
    sources: dict[str, Judged] = Field(description="The larger ones.")
    all_sources: Judged = Field(description="Small ones, too.")
    roc_auc: Estimate = Field(description="On the test split, each picture by who never saw it.")
    ece: float = Field(ge=0, le=1, description="The same.")


class Steadiness(_Frozen):
    """What a slight change of the file does to verdicts; null where there are none."""

    flipped: Estimate | None = Field(description="Share that goes from `real` to `fake` or back.")
    lost: Estimate | None = Field(description="Share of both that becomes `uncertain`.")


class Pointing(_Frozen):
    """How often the heatmap's peak lies where a fake differs from its real twin."""

    pairs: int
    hits: Estimate
    chance: float = Field(ge=0, le=1, description="The changed part's share of the area.")


class Compared(_Frozen):
    """Another detector on the same test split."""

    roc_auc: Estimate
    true_positive_rate: Estimate = Field(description="Where 1 % of all real pictures are accused.")
    ece: float


class Study(_Frozen):
    """What was measured beyond the plain test split."""

    robustness: dict[str, SourceMetrics] = Field(description="By what was done to the files.")
    steadiness: dict[str, Steadiness] = Field(description="By what was done to the files.")
    unseen: Unseen | None = Field(description="Null where it has not been measured.")
    unseen_heads: Unseen | None = Field(
        description="The same of heads on the frozen backbone, each without one family."
    )
    pointing: Pointing | None
    compared: dict[str, Compared] = Field(description="By architecture.")


class Distribution(_Frozen):
    """How scores are spread over the test's pictures, at 0.01, 0.02 … 0.99."""

    real: tuple[float, ...] = Field(
        min_length=99, max_length=99, description="Share of the real pictures with that or more."
    )
    fake: tuple[float, ...] = Field(
        min_length=99, max_length=99, description="Share of the fakes with that or more."
    )


class Metrics(_Frozen):
    """Results on pictures that the model was not trained on, warnings left aside."""

    split: Literal["test"]
    overall: SourceMetrics
    by_source: dict[str, SourceMetrics] = Field(description="Small ones together as `others`.")
    fakes: dict[str, Against] = Field(description="By family.")
    distribution: Distribution | None = Field(
        None, description="Null of a version that was evaluated before there was one."
    )


class Manifest(_Frozen):
    """The content of ``assets.extra/model.json``."""

    name: str = Field(examples=["deepfake"])
    version: int = Field(ge=1, examples=[1])
    architecture: str = Field(examples=["baseline_cnn"])
    labels: tuple[Literal["real"], Literal["fake"]] = Field(
        description="Label order: real = 0, fake = 1."
    )
    input_side: int = Field(ge=8, description="Side of the square that the network sees, pixels.")
    crop_margin: float | None = Field(
        ge=0,
        le=2,
        description="Margin around a face's box, as a share of its longer side; null: the network "
        "was trained on whole pictures and no faces are looked for.",
    )
    temperature: float = Field(gt=0, description="Divides the logit.")
    bias: float = Field(description="Is added to that.")
    thresholds: Thresholds
    metrics: Metrics
    study: Study | None = Field(description="Null until a model card has been written.")
    data_fingerprint: str = Field(description="SHA-256 over the training pictures.")
    code_version: str
    created: datetime
    weights_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    own_thresholds: Promise | None = Field(
        None,
        exclude_if=lambda own: own is None,
        description="What the operator's own thresholds promise; absent where the model's are in "
        "force. `metrics` and `study` are measured with the model's.",
    )

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Of one image, as the network sees it."""
        return (self.input_side, self.input_side, 3)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the model.json of the version folder ``folder``.

        Raises:
            ArtifactError: it is missing or malformed.
        """
        path = folder / "assets.extra" / "model.json"
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ArtifactError(f"{path}: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ArtifactError(f"{path}: {where or 'model.json'}: {first['msg']}") from error


def newest(root: Path) -> Path:
    """The folder of the highest version in ``root``, links followed, whatever else lies there.

    Raises:
        ArtifactError: there is none, or it cannot be read.
    """
    try:
        folders = [path.name for path in root.iterdir() if path.is_dir()]
    except FileNotFoundError as error:
        raise ArtifactError(f"{root}: no such model folder") from error
    except OSError as error:
        raise ArtifactError(f"{error.filename}: {error.strerror}") from error
    versions = [int(name) for name in folders if VERSION.fullmatch(name)]
    if not versions:
        raise ArtifactError(f"{root}: holds no version folder such as {root / '1'}")
    return root / str(max(versions))
