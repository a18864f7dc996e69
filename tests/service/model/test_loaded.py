"""The loaded model: its scores and heatmaps are those of what was exported."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from service.model.cores import available_cores
from service.model.loaded import Model
from service.model.tensorflow_engine import PART
from service.pictures.imaging import Pixels
from tests.conftest import ROUNDING, SHIPPED


def test_scores_equal_those_of_the_saved_model_called_directly(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(0).integers(0, 255, (5, side, side, 3), np.uint8)
    raw = tf.saved_model.load(str(SHIPPED))
    direct = raw.signatures["serving_default"](image=tf.constant(images))["fake_probability"]
    assert np.abs(model.score(images) - direct.numpy()).max() <= 1e-6


def test_the_score_of_a_picture_does_not_depend_on_its_neighbours(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(1).integers(0, 255, (3, side, side, 3), np.uint8)
    alone = np.concatenate([model.score(image[None]) for image in images])
    assert np.abs(model.score(images) - alone).max() <= ROUNDING


@pytest.mark.parametrize("count", [1, 2, PART, PART + 1, 4 * PART, 4 * PART + 3])
def test_a_batch_is_divided_among_the_cores(
    count: int, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many parts as there are cores are under way at a time, in order, none too large."""
    workers = min(available_cores(), count)
    together, sizes = threading.Barrier(workers, timeout=30), list[int]()

    def score(_signature: object, images: Pixels) -> dict[str, Pixels]:
        if len(sizes) < workers:
            sizes.append(len(images))
            together.wait()  # would never end, if they came one after the other
        return {"fake_probability": images[:, 0, 0, 0]}

    monkeypatch.setattr(model, "_padded", score)
    side = model.manifest.input_side
    images = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones(
        (side, side, 3), np.uint8
    )
    assert model.score(images).tolist() == list(range(count))
    assert len(sizes) == workers
    assert max(sizes) <= PART


def test_explain_gives_the_same_probability_and_a_heatmap(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(2).integers(0, 255, (2, side, side, 3), np.uint8)
    raw = tf.saved_model.load(str(SHIPPED))
    explained = raw.signatures["explain"](image=tf.constant(images))
    heatmap = explained["heatmap"].numpy()
    assert np.abs(explained["fake_probability"].numpy() - model.score(images)).max() <= 1e-6
    assert heatmap.ndim == 3
    assert heatmap.min() >= 0
    assert heatmap.max() <= 1


@pytest.mark.parametrize("count", [1, 3, 20])
def test_an_explanations_scores_are_those_without_it(model: Model, count: int) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(3).integers(0, 255, (count, side, side, 3), np.uint8)
    explained = model.explain(images)
    assert explained.shape == (count,)
    assert np.abs(explained["fake_probability"] - model.score(images)).max() <= ROUNDING
    heatmaps = explained["heatmap"]
    assert heatmaps.dtype == np.float32
    assert heatmaps.ndim == 3
    assert heatmaps.min() >= 0
    assert heatmaps.max() <= 1


def test_a_heatmap_does_not_depend_on_its_neighbours(model: Model) -> None:
    side = model.manifest.input_side
    images = np.random.default_rng(4).integers(0, 255, (3, side, side, 3), np.uint8)
    alone = np.concatenate([model.explain(image[None]) for image in images])
    assert np.abs(model.explain(images)["heatmap"] - alone["heatmap"]).max() <= 1e-3


def test_no_explanation_is_worked_out_that_nobody_asked_for(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model(copy)
    without = replace(model._engine, explain=lambda _: pytest.fail("nobody asked for it"))
    monkeypatch.setattr(model, "_engine", without)
    side = model.manifest.input_side
    assert model.score(np.zeros((1, side, side, 3), np.uint8)).shape == (1,)
