"""Texture: right by another way to compute it, blind to where things are, kept when saved."""

from pathlib import Path

import keras
import numpy as np
import pytest

from training.networks.texture import Texture

MAPS = np.random.default_rng(0).normal(1, 2, (3, 8, 6, 5)).astype(np.float32)


def described(maps: np.ndarray, correlations: bool = True) -> np.ndarray:
    return np.asarray(Texture(correlations)(maps))


def test_it_is_mean_deviation_and_correlations() -> None:
    for maps, texture in zip(MAPS, described(MAPS), strict=True):
        pixels = maps.reshape(-1, 5)
        assert texture[:5] == pytest.approx(pixels.mean(axis=0), abs=1e-5)
        assert texture[5:10] == pytest.approx(pixels.std(axis=0), abs=2e-3)
        pairs = np.corrcoef(pixels.T)[np.triu_indices(5, 1)]
        assert texture[10:] == pytest.approx(pairs, abs=2e-3)


def test_without_correlations_it_is_mean_and_deviation() -> None:
    assert described(MAPS, correlations=False).shape == (3, 10)
    assert np.allclose(described(MAPS, correlations=False), described(MAPS)[:, :10])


def test_it_does_not_matter_where_things_are() -> None:
    shuffled = np.random.default_rng(1).permutation(MAPS.reshape(3, 48, 5), axis=1)
    assert np.allclose(described(shuffled.reshape(3, 8, 6, 5)), described(MAPS), atol=1e-5)


def test_it_matters_which_channels_go_together() -> None:
    apart = MAPS.copy()
    apart[..., 0] = apart[:, ::-1, :, 0]  # the same values of the channel at other places
    assert np.allclose(described(apart)[:, :10], described(MAPS)[:, :10], atol=1e-5)
    assert np.abs(described(apart)[:, 10:14] - described(MAPS)[:, 10:14]).max() > 0.1


def test_correlations_do_not_depend_on_contrast() -> None:
    assert np.allclose(described(3 * MAPS + 7)[:, 10:], described(MAPS)[:, 10:], atol=2e-3)


def test_a_flat_map_has_no_texture_and_no_endless_numbers() -> None:
    texture = described(np.ones((1, 8, 6, 5), np.float32))
    assert np.isfinite(texture).all()
    assert texture[0, 10:] == pytest.approx(0, abs=1e-3)


def test_it_can_be_learnt_through() -> None:
    maps = keras.Input((8, 6, 5))
    texture = Texture(correlations=True)(keras.layers.Conv2D(5, 1)(maps))
    model = keras.Model(maps, keras.layers.Dense(1)(texture))
    model.compile(keras.optimizers.Adam(1e-2), "mse")
    target = np.array([0.0, 1.0, 2.0])
    losses = [float(model.train_on_batch(MAPS, target)) for _ in range(40)]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0] / 4


def test_a_saved_one_is_the_same(tmp_path: Path) -> None:
    maps = keras.Input((8, 6, 5))
    model = keras.Model(maps, Texture(correlations=True)(maps))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(np.asarray(again(MAPS)), described(MAPS))
