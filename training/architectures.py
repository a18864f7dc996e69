"""The networks. Each takes RGB 0..255 and has the layers that the export looks for by name.

- ``features``: the last spatial maps ``[batch, h, w, c]``, where the heatmap comes from;
- ``logit``: ``[batch, 1]``, before the sigmoid, where the temperature is applied.

The preprocessing is inside, so that no caller can get it wrong.
"""

from pathlib import Path

import keras
from keras import layers

from training.efficientnet import efficientnet_lite0
from training.errors import RunError
from training.folding import fold_normalizations

LEARNING_RATE = 2e-4  # of fine-tuning, at its highest


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
    return _fine_tuned("mobilenet_v2", image, layers.GlobalAveragePooling2D()(x), steps)


def texture_mobilenet(weights: Path | None, steps: int, side: int = 192) -> keras.Model:
    """MobileNetV2 up to its 15th block, judged by texture; arguments as those of it as a whole."""
    return _texture("texture_mobilenet", _mobilenet_v2(weights, side), (2, 5, 9, 12, 15), steps)


def texture_efficientnet(weights: Path | None, steps: int, side: int = 192) -> keras.Model:
    """The same of EfficientNet-Lite0 up to its 14th block, for comparison.

    Raises:
        RunError: ``weights`` is not its checkpoint.
    """
    if weights is None:
        raise RunError("texture_efficientnet: name its checkpoint with --weights")
    return _texture(
        "texture_efficientnet", efficientnet_lite0(weights, side), (2, 4, 7, 10, 14), steps
    )


def _texture(name: str, whole: keras.Model, blocks: tuple[int, ...], steps: int) -> keras.Model:
    """A backbone judged by the texture that ``blocks`` of it see; the first three do not learn.

    Texture is each channel's mean and deviation over the face (Liu et al. 2020, "Global Texture
    Enhancement for Fake Face Detection in the Wild", arXiv 2002.00133). Several depths, because
    what the early layers see carries over to generators that were never shown, what the last
    ones see does not (Chai et al. 2020, "What makes fake images detectable?", arXiv 2008.10588).
    """
    side = whole.input.shape[1]
    depths = [whole.get_layer(f"block_{number}_add").output for number in blocks]
    backbone = fold_normalizations(keras.Model(whole.input, depths))
    for layer in backbone.layers[: backbone.layers.index(backbone.get_layer("block_3_expand"))]:
        layer.trainable = False
    image = keras.Input((side, side, 3), name="image")
    maps = backbone(layers.Rescaling(1 / 127.5, offset=-1)(image))
    squares = [keras.ops.square(x) for x in maps]
    features = layers.Concatenate(name="features")([_cells(x, side // 16) for x in maps + squares])
    mean, square = keras.ops.split(layers.GlobalAveragePooling2D()(features), 2, axis=-1)
    variance = keras.ops.relu(square - keras.ops.square(mean))
    x = layers.Concatenate(name="texture")([mean, keras.ops.sqrt(variance + 1e-3)])
    x = layers.Dropout(0.3)(layers.Normalization(name="standardized")(x))
    x = layers.Dense(256, activation="gelu")(x)
    return _fine_tuned(name, image, x, steps)


def _cells(x: keras.KerasTensor, cells: int) -> keras.KerasTensor:
    """Maps of another resolution as ``cells`` by ``cells``, of the same mean."""
    if x.shape[1] < cells:
        return layers.UpSampling2D(cells // x.shape[1])(x)
    return layers.AveragePooling2D(x.shape[1] // cells)(x)


def _mobilenet_v2(weights: Path | None, side: int) -> keras.Model:
    return keras.applications.MobileNetV2(
        include_top=False, weights=str(weights or "imagenet"), input_shape=(side, side, 3)
    )


def _fine_tuned(
    name: str, image: keras.KerasTensor, x: keras.KerasTensor, steps: int
) -> keras.Model:
    """The learning rate rises over the first twentieth, then falls to zero as a cosine."""
    x = layers.Dropout(0.3)(x)
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
