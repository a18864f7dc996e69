"""The networks. Each takes RGB 0..255 and has the layers that the export looks for by name.

- ``features``: the last spatial maps ``[batch, h, w, c]``, where the heatmap comes from;
- ``logit``: ``[batch, 1]``, before the sigmoid, where the temperature is applied.

The preprocessing is inside, so that no caller can get it wrong.
"""

from pathlib import Path

import keras
from keras import layers

from training.folding import fold_normalizations

LEARNING_RATE = 3e-4  # of fine-tuning, at its highest


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


def mobilenet_v2(weights: Path | None, steps: int, side: int = 192) -> keras.Model:
    """MobileNetV2 (Sandler et al. 2018), fine-tuned from ImageNet as a whole.

    ``weights`` is a file for ``keras.applications.MobileNetV2(include_top=False)``; None downloads
    Keras's own. ``steps`` is the length of the training.
    """
    backbone = fold_normalizations(_mobilenet_v2(weights, side))
    image = keras.Input((side, side, 3), name="image")
    x = backbone(layers.Rescaling(1 / 127.5, offset=-1)(image))
    x = layers.Activation("linear", name="features")(x)
    return _fine_tuned("mobilenet_v2", image, x, steps)


def local_mobilenet(weights: Path | None, steps: int, side: int = 192) -> keras.Model:
    """MobileNetV2 up to its 12th block, judging by three depths of it at once.

    What the early layers see carries over to generators that were never shown, what the last ones
    see does not (Chai et al. 2020, "What makes fake images detectable?", arXiv 2008.10588).
    Arguments as those of ``mobilenet_v2``.
    """
    whole = _mobilenet_v2(weights, side)
    depths = [whole.get_layer(f"block_{number}_add").output for number in (2, 5, 12)]
    backbone = fold_normalizations(keras.Model(whole.input, depths))
    for layer in backbone.layers[: backbone.layers.index(backbone.get_layer("block_2_expand"))]:
        layer.trainable = False
    image = keras.Input((side, side, 3), name="image")
    early, middle, late = backbone(layers.Rescaling(1 / 127.5, offset=-1)(image))
    x = layers.Concatenate()(
        [layers.AveragePooling2D(4)(early), layers.AveragePooling2D(2)(middle), late]
    )
    x = layers.Conv2D(256, 1, activation="relu6", name="features")(x)
    return _fine_tuned("local_mobilenet", image, x, steps)


def _mobilenet_v2(weights: Path | None, side: int) -> keras.Model:
    return keras.applications.MobileNetV2(
        include_top=False, weights=str(weights or "imagenet"), input_shape=(side, side, 3)
    )


def _fine_tuned(
    name: str, image: keras.KerasTensor, features: keras.KerasTensor, steps: int
) -> keras.Model:
    """The learning rate rises over the first twentieth, then falls to zero as a cosine."""
    x = layers.GlobalAveragePooling2D()(features)
    x = layers.Dropout(0.2)(x)
    warmup = steps // 20
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warmup, warmup_target=LEARNING_RATE, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.01, clipnorm=1.0)
    return _classifier(name, image, x, optimizer)


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
