"""The networks. Each takes RGB 0..255 and has the layers that the export looks for by name.

- ``features``: the last spatial maps ``[batch, h, w, c]``, where the heatmap comes from;
- ``logit``: ``[batch, 1]``, before the sigmoid, where the temperature is applied.

The preprocessing is inside, so that no caller can get it wrong.
"""

from collections.abc import Callable

import keras
from keras import layers


def baseline_cnn(side: int = 128) -> keras.Model:
    """Three convolution and max-pooling blocks, one dense layer, one sigmoid: the documented demo.

    Input ``[batch, side, side, 3]`` in 0..255, output ``[batch, 1]``: probability of fake in 0..1.
    Compiled with Adam, binary cross-entropy, accuracy.
    """
    image = keras.Input((side, side, 3), name="image")
    x = layers.Rescaling(1 / 255)(image)
    for block, filters in enumerate((32, 64, 128), start=1):
        x = layers.Conv2D(filters, 3, activation="relu", name=f"conv{block}")(x)
        x = layers.MaxPooling2D(name="features" if block == 3 else f"pool{block}")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(64, activation="relu", name="dense")(x)
    logit = layers.Dense(1, name="logit")(x)
    probability = layers.Activation("sigmoid", name="fake_probability")(logit)
    model = keras.Model(image, probability, name="baseline_cnn")
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # on a processor, compiled by XLA it trains at half the speed
    )
    return model


ARCHITECTURES: dict[str, Callable[[], keras.Model]] = {"baseline_cnn": baseline_cnn}
