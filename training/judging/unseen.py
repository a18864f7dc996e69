"""How a detector does on families of fakes and sources of real pictures that it was never shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from training.fitting.strangers import Flags, Strangers
from training.judging.metrics import Estimate, confidence_error, roc_auc, share

FEWEST = 40  # real pictures of a source that has a row of its own


@dataclass(frozen=True, slots=True)
class Family:
    """Fakes of a family that was left out: how many, and their ROC AUC against the test's reals."""

    fakes: int
    roc_auc: Estimate


@dataclass(frozen=True, slots=True)
class Judged:
    """Real pictures of what was left out: how many, and the shares that get each verdict."""

    pictures: int
    fake: Estimate
    real: Estimate


@dataclass(frozen=True, slots=True)
class Unseen:
    """Results on strangers; ``sources`` are those of at least ``FEWEST`` real pictures.

    ``mean_auc`` and ``worst_auc`` are over the families. ``ece`` and ``roc_auc`` are of the test
    split, each picture scored by a fold that was not shown its source, and calibrated on the
    strangers of the other splits. The verdicts of a source come from thresholds that are fitted on
    the other folds' pictures.
    """

    families: dict[str, Family]
    mean_auc: float
    worst_auc: float
    sources: dict[str, Judged]
    all_sources: Judged
    roc_auc: Estimate
    ece: float


def unseen(them: Strangers) -> Unseen:
    """All figures of Unseen."""
    families = {
        str(name): _family(them, str(name)) for name in np.unique(them.families[them.labels == 1])
    }
    areas = [family.roc_auc.value for family in families.values()]
    is_fake, is_real = _verdicts(them)
    reals = them.labels == 0
    names, sizes = np.unique(them.sources[reals], return_counts=True)

    def judged(chosen: Flags) -> Judged:
        fake, real = share(is_fake[chosen]), share(is_real[chosen])
        assert fake is not None  # noqa: S101  # each source has pictures
        assert real is not None  # noqa: S101
        return Judged(int(chosen.sum()), fake, real)

    test = them.in_test
    logit, labels = them.logit, them.labels
    scores = them.calibration(~test).probability(logit[test])
    return Unseen(
        families=families,
        mean_auc=float(np.mean(areas)),
        worst_auc=min(areas),
        sources={
            str(name): judged(reals & (them.sources == name))
            for name, size in zip(names, sizes, strict=True)
            if size >= FEWEST
        },
        all_sources=judged(reals),
        roc_auc=roc_auc(scores[labels[test] == 0], scores[labels[test] == 1]),
        ece=confidence_error(labels[test], scores),
    )


def tables(results: Unseen) -> list[Table]:
    """The families and the sources, for a terminal."""
    fakes = Table("family left out", "fakes", "ROC AUC", box=SIMPLE_HEAD)
    for name, family in results.families.items():
        fakes.add_row(name, str(family.fakes), f"{family.roc_auc.value:.3f}")
    fakes.add_row("mean", "", f"{results.mean_auc:.3f}")
    sources = Table("source left out", "pictures", "fake", "real", box=SIMPLE_HEAD)
    for name, it in [*results.sources.items(), ("all", results.all_sources)]:
        sources.add_row(name, str(it.pictures), f"{it.fake.value:.3f}", f"{it.real.value:.3f}")
    return [fakes, sources]


def _family(them: Strangers, name: str) -> Family:
    """By the fold that left the family out, which also judges the real pictures."""
    fakes = (them.families == name) & (them.labels == 1)
    logits = them.logits[them.fold[fakes.argmax()]]
    reals = them.in_test & (them.labels == 0)
    return Family(int(fakes.sum()), roc_auc(logits[reals], logits[fakes]))


def _verdicts(them: Strangers) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which pictures are called fake, and which real, by thresholds of the other folds."""
    fake, real = np.zeros(len(them.labels), bool), np.zeros(len(them.labels), bool)
    for number in np.unique(them.fold):
        inside = them.fold == number
        calibration = them.calibration(~inside)
        probability = calibration.probability(them.logit)
        fake |= inside & (probability >= calibration.fake_above)
        real |= inside & (probability < calibration.real_below)
    return fake, real
