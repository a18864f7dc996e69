"""Could the file give the label away? A logistic model on what is no part of a face.

    python -m training check --data DIR --architecture texture_mobilenet

Detectors learn the file before the face: sharpness, brightness, compression. This measures how
far such features alone tell real from fake in what the network is shown in training, after
sampling and augmentation: an AUC of 0.5 means not at all.
"""

from itertools import islice

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.data.dataset import training_batches
from training.data.pixels import Pixels
from training.fitting.recipes import Recipe

NAMES = ("brightness", "contrast", "saturation", "sharpness", "fine detail", "noise", "blockiness")
PICTURES = 4096  # enough for an AUC to within 0.02
FOLDS = 5

Floats = NDArray[np.float64]


def shown_in_training(
    pixels: Pixels, recipe: Recipe, seed: int = 0
) -> tuple[Floats, NDArray[np.int64]]:
    """Features ``[n, 7]`` and labels ``[n]`` of the first pictures that training would see."""
    batches = training_batches(pixels, recipe.order, recipe.augment, recipe.batch_size, seed)
    features: list[Floats] = []
    labels: list[NDArray[np.float32]] = []
    for images, its_labels in islice(batches.as_numpy_iterator(), PICTURES // recipe.batch_size):
        features.extend(describe(image.astype(np.float64)) for image in images)
        labels.append(its_labels)
    return np.stack(features), np.concatenate(labels).astype(np.int64)


def describe(image: Floats) -> Floats:
    """The features ``NAMES`` of RGB ``[h, w, 3]`` in 0..255."""
    grey = image.mean(axis=-1)
    across, down = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    second = np.abs(grey[:, 2:] - 2 * grey[:, 1:-1] + grey[:, :-2])
    sharpness = across.mean() + down.mean()
    on_grid, off_grid = across[:, 7::8].mean(), np.delete(across, np.s_[7::8], axis=1).mean()
    return np.array(
        [
            grey.mean(),
            grey.std(),
            (image.max(axis=-1) - image.min(axis=-1)).mean(),
            np.log1p(sharpness),
            second.mean() / (sharpness + 1),
            np.log1p(np.median(second)),  # faces are smooth: the median step is noise
            on_grid / (off_grid + 1),
        ]
    )


def tell_apart(features: Floats, labels: NDArray[np.int64]) -> float:
    """ROC AUC of a logistic model on ``features`` and their squares, cross-validated."""
    both = np.hstack([features, (features - features.mean(axis=0)) ** 2])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    scores = cross_val_predict(model, both, labels, cv=FOLDS, method="predict_proba")[:, 1]
    return float(roc_auc_score(labels, scores))


def table(features: Floats, labels: NDArray[np.int64]) -> Table:
    """The AUC of each feature alone and of all together, for the terminal."""
    rendered = Table("feature", "ROC AUC", title=f"{len(labels):,} pictures as training sees them")
    for position, name in enumerate(NAMES):
        rendered.add_row(name, f"{tell_apart(features[:, [position]], labels):.3f}")
    rendered.add_row("all", f"{tell_apart(features, labels):.3f}")
    return rendered
