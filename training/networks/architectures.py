"""The networks. Each takes RGB 0..255 and has the layers that the export looks for by name.

- ``features``: the last spatial maps ``[batch, h, w, c]``, where the heatmap comes from;
- ``logit``: ``[batch, 1]``, before the sigmoid, where the calibration is applied.

The preprocessing is inside, so that no caller can get it wrong.
"""

from pathlib import Path

import keras
from keras import layers

from training.networks.folding import fold_normalizations

LEARNING_RATE = 1e-4  # of fine-tuning, at its highest
SIDE = 224  # of what the pretrained networks see, in pixels; most faces are hardly larger here


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
    return _classifier("baseline_cnn", image, x, keras.optimizers.Adam(1e-3))


def mobilenet_v2(weights: Path | None, steps: int, side: int = SIDE) -> keras.Model:
    """MobileNetV2 (Sandler et al. 2018), fine-tuned from ImageNet as a whole.

    ``weights`` is a file for ``keras.applications.MobileNetV2(include_top=False)``; None downloads
    Keras's own. ``steps`` is the length of the training.
    """
    backbone = fold_normalizations(load_mobilenet_v2(weights, side))
    image = keras.Input((side, side, 3), name="image")
    x = backbone(layers.Rescaling(1 / 127.5, offset=-1)(image))
    x = layers.Activation("linear", name="features")(x)
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    return _classifier("mobilenet_v2", image, x, fine_tuning_optimizer(steps))


def load_mobilenet_v2(weights: Path | None, side: int) -> keras.Model:
    """All of it but the top; ``weights`` as above."""
    return keras.applications.MobileNetV2(
        include_top=False, weights=str(weights or "imagenet"), input_shape=(side, side, 3)
    )


def fine_tuning_optimizer(steps: int) -> keras.Optimizer:
    """Its learning rate rises over the first twentieth, then falls to zero as a cosine."""
    warmup = steps // 20
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warmup, warmup_target=LEARNING_RATE, warmup_steps=warmup
    )
    return keras.optimizers.AdamW(schedule, weight_decay=0.01, clipnorm=1.0)


def _classifier(
    name: str, image: keras.KerasTensor, x: keras.KerasTensor, optimizer: keras.Optimizer
) -> keras.Model:
    logit = layers.Dense(1, name="logit")(x)
    probability = layers.Activation("sigmoid", name="fake_probability")(logit)
    model = keras.Model(image, probability, name=name)
    model.compile(
        optimizer=optimizer,
        loss="binary_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # on a processor, compiled by XLA it trains at half the speed
    )
    return model
