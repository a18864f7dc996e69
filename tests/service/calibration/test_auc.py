"""The area under the ROC curve is a share of pairs, and its interval is around it."""

import numpy as np
import pytest

from service.calibration.auc import roc_auc


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    real = np.array([0.1, 0.2, 0.5, 0.7], np.float32)
    fake = np.array([0.5, 0.6, 0.9], np.float32)
    area = roc_auc(real, fake)
    assert area.value == pytest.approx((2.5 + 3 + 4) / 12)
    assert area.low < area.value < area.high


def test_more_pictures_make_the_interval_narrower() -> None:
    generator = np.random.default_rng(0)
    widths = []
    for count in (20, 2_000):
        scores = generator.random((2, count)).astype(np.float32)
        area = roc_auc(scores[0], np.sqrt(scores[1]))
        widths.append(area.high - area.low)
        assert area.low <= 2 / 3 <= area.high
    assert widths[0] > 5 * widths[1]


def test_the_same_scores_give_the_same_interval() -> None:
    scores = np.random.default_rng(1).random((2, 50)).astype(np.float32)
    assert roc_auc(scores[0], scores[1]) == roc_auc(scores[0], scores[1])
