"""What goes with which network: what it sees, in which order, and for how long."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import keras

from training.data.augment import Augment, mirror, scramble
from training.data.balance import Order, paired, paired_as_found, shuffled
from training.data.decoding import View
from training.errors import RunError
from training.fitting.draws import Draws
from training.fitting.head import teach_heads
from training.networks.architectures import SIDE, baseline_cnn, mobilenet_v2
from training.networks.texture_network import CELLS, texture_efficientnet, texture_mobilenet


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to train a network.

    ``build`` takes the pretrained weights' file and the number of steps. ``view`` is what the
    service will show; ``training_view`` what training reads and ``augment`` makes the input of.
    ``cells`` is the side of the map of changes that the network also learns, if it does;
    ``teach_heads`` gets the new network and draws in ``head_order``, before fine-tuning begins.
    ``patience`` is in epochs without a lower validation loss; None trains to the end.
    """

    build: Callable[[Path | None, int], keras.Model]
    view: View
    training_view: View
    order: Order
    augment: Augment
    batch_size: int
    epochs: int
    patience: int | None
    cells: int | None = None
    teach_heads: Callable[[keras.Model, Draws], None] | None = None
    head_order: Order = paired_as_found


MARGIN = 0.35  # of the face's size, around it

FINE_TUNING = Recipe(
    build=mobilenet_v2,
    view=View(SIDE, MARGIN),
    training_view=View(side=320, margin=0.6, unscaled=True),  # for the random framing to cut from
    order=paired,
    augment=scramble(SIDE, MARGIN),
    batch_size=32,
    epochs=10,
    patience=None,  # the learning rate is scheduled: stopping early would cut it short
)
BY_TEXTURE = replace(
    FINE_TUNING, build=texture_mobilenet, epochs=10, cells=CELLS, teach_heads=teach_heads
)

RECIPES = {
    "baseline_cnn": Recipe(
        build=lambda _weights, _steps: baseline_cnn(),
        view=View(side=128, margin=None),
        training_view=View(side=128, margin=None),
        order=shuffled,
        augment=mirror,
        batch_size=64,
        epochs=30,  # an upper bound: early stopping ends most runs before it
        patience=4,
    ),
    "mobilenet_v2": FINE_TUNING,
    "texture_mobilenet": BY_TEXTURE,
    "texture_efficientnet": replace(BY_TEXTURE, build=texture_efficientnet),
}


def find_recipe(architecture: str) -> Recipe:
    """The recipe of that name.

    Raises:
        RunError: there is none.
    """
    if architecture not in RECIPES:
        known = ", ".join(RECIPES)
        raise RunError(f"{architecture}: no such architecture; there are {known}")
    return RECIPES[architecture]
