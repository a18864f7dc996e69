"""Results on strangers, on scores whose results are known."""

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import roc_auc_score

from training.fitting.strangers import Strangers
from training.judging.unseen import FEWEST, tables, unseen

N = 100  # pictures of each source but the last
SOURCES = {"ffhq": 0, "lfw": 0, "press": 0, "sd": 1, "gan": 1, "swap": 1}
SMALL = 10
FOLDS = (("ffhq", "sd", "few"), ("lfw", "press", "gan"), ("swap",))


@pytest.fixture(scope="module")
def them() -> Strangers:
    """Three folds; the second errs on the family gan, which it was not shown."""
    generator = np.random.default_rng(0)
    sources = np.repeat([*SOURCES, "few"], [N] * len(SOURCES) + [SMALL])
    labels = np.repeat([*SOURCES.values(), 0], [N] * len(SOURCES) + [SMALL])
    logits = np.stack([generator.normal(4 * labels - 2, 1) for _ in FOLDS])
    logits[1, sources == "gan"] -= 3
    return Strangers(
        labels=labels,
        families=np.where(sources == "swap", "faces", sources),
        sources=sources,
        splits=generator.choice(["train", "valid", "test"], len(labels), p=[0.3, 0.3, 0.4]),
        logits=logits,
        left_out=np.stack([np.isin(sources, its) for its in FOLDS]),
    )


@pytest.mark.parametrize(("family", "fold"), [("sd", 0), ("gan", 1), ("faces", 2)])
def test_a_family_is_told_from_the_test_s_real_pictures_by_who_never_saw_it(
    them: Strangers, family: str, fold: int
) -> None:
    it = unseen(them).families[family]
    fakes = (them.families == family) & (them.labels == 1)
    chosen = fakes | (them.in_test & (them.labels == 0))
    area = roc_auc_score(them.labels[chosen], them.logits[fold, chosen])
    assert it.fakes == N
    assert it.roc_auc.value == pytest.approx(area)
    assert it.roc_auc.low < area < it.roc_auc.high


def test_the_mean_and_the_worst_are_over_the_families(them: Strangers) -> None:
    results = unseen(them)
    areas = [it.roc_auc.value for it in results.families.values()]
    assert set(results.families) == {"sd", "gan", "faces"}
    assert results.mean_auc == pytest.approx(np.mean(areas))
    assert results.worst_auc == results.families["gan"].roc_auc.value == min(areas)


def test_only_large_sources_of_real_pictures_have_a_row(them: Strangers) -> None:
    results = unseen(them)
    assert SMALL < FEWEST
    assert set(results.sources) == {"ffhq", "lfw", "press"}
    assert results.all_sources.pictures == 3 * N + SMALL


def test_verdicts_come_from_thresholds_of_the_other_folds(them: Strangers) -> None:
    own = them.fold == 0
    calibration = them.calibration(~own)
    scores = calibration.probability(them.logits[0, them.sources == "ffhq"])
    it = unseen(them).sources["ffhq"]
    assert it.pictures == N
    assert it.fake.value == np.mean(scores >= calibration.fake_above)
    assert it.real.value == np.mean(scores < calibration.real_below)
    moved = replace(them, logits=them.logits + 9 * (own & (them.labels == 0)))
    assert unseen(moved).sources["ffhq"].fake.value > 0.9, "its own scores move no threshold of it"


def test_calibration_is_measured_on_the_test_split_and_fitted_on_the_others(
    them: Strangers,
) -> None:
    good = unseen(them)
    assert good.ece < 0.15
    assert 0.8 < good.roc_auc.low < good.roc_auc.value < good.roc_auc.high
    changed = np.where(them.in_test, them.logits * 0 + 9, them.logits)
    assert unseen(replace(them, logits=changed)).ece > 0.3


def test_the_tables_say_what_was_measured(them: Strangers) -> None:
    results = unseen(them)
    console = Console(width=80, record=True)
    for table in tables(results):
        console.print(table)
    text = console.export_text()
    assert f"{results.families['gan'].roc_auc.value:.3f}" in text
    assert f"{results.mean_auc:.3f}" in text
    assert f"{results.all_sources.real.value:.3f}" in text
    assert "press" in text
