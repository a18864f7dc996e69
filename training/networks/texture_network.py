"""The default network: two looks at a face's texture, and a map of where it was changed.

Texture is taken at several depths of a pretrained backbone, which for the first look, recognition,
stays as it is (Chai et al. 2020, "What makes fake images detectable?", arXiv 2008.10588), and for
the second, inspection, is fine-tuned from the first of them on. The answer is the mean of both:
frozen layers keep what they know of all pictures, fine-tuned ones find what a forgery leaves.

Inspection also sees forgeries that are made of real pictures (Shiohara and Yamasaki 2022). Where
those were changed is known; it learns that too, cell by cell (Li et al. 2020, "Face X-ray", arXiv
1912.13458), and the heatmap is that.
"""

from pathlib import Path

import keras
from keras import layers, ops

from training.errors import RunError
from training.networks.architectures import SIDE, fine_tuning_optimizer, load_mobilenet_v2
from training.networks.efficientnet import efficientnet_lite0
from training.networks.folding import fold_normalizations
from training.networks.mean import Mean
from training.networks.texture import Texture

CELLS = SIDE // 16  # of the map of changes, each way
CORRELATED = range(30, 100)  # channels of a map whose correlations are taken: not too few, nor many
# Of a map's side, what lies around its middle, which the face fills. Its own texture costs next to
# nothing (recognition on validation, without augmentation: AUC 0.972 to 0.976, TPR 0.64 to 0.70).
AROUND = 0.2
LABEL_SMOOTHING = 0.1  # or, after so many passes, it is far too sure (Szegedy et al. 2016)


def texture_mobilenet(weights: Path | None, steps: int) -> keras.Model:
    """MobileNetV2 up to its 12th block; arguments as those of ``architectures.mobilenet_v2``."""
    whole = load_mobilenet_v2(weights, SIDE)
    return _texture_network("texture_mobilenet", whole, (2, 5, 9, 12), steps)


def texture_efficientnet(weights: Path | None, steps: int) -> keras.Model:
    """The same of EfficientNet-Lite0 up to its 10th block, for comparison.

    Raises:
        RunError: ``weights`` is not its checkpoint.
    """
    if weights is None:
        raise RunError("texture_efficientnet: name its checkpoint with --weights")
    whole = efficientnet_lite0(weights, SIDE)
    return _texture_network("texture_efficientnet", whole, (2, 4, 7, 10), steps)


@keras.saving.register_keras_serializable("training")  # type: ignore[untyped-decorator]
def changes_loss(changes: keras.KerasTensor, logits: keras.KerasTensor) -> keras.KerasTensor:
    """Cross-entropy ``[b]`` of maps ``[b, h, w]`` as in ``data.changes``; unknown costs 0."""
    logits = ops.reshape(logits, ops.shape(changes))
    cross_entropy = ops.softplus(logits) - ops.maximum(changes, 0) * logits
    return ops.mean(ops.where(changes < 0, 0.0, cross_entropy), axis=(1, 2))


def _texture_network(
    name: str, whole: keras.Model, blocks: tuple[int, ...], steps: int
) -> keras.Model:
    """``blocks`` are the depths at which texture is taken; up to the first both looks are one.

    What lies below it takes half the time of fine-tuning as a whole. ``head.teach_heads`` teaches
    both heads, fine-tuning then inspection alone.
    """
    depths = [whole.get_layer(f"block_{number}_add").output for number in blocks]
    backbone = fold_normalizations(keras.Model(whole.input, depths, name="backbone"))
    backbone.trainable = False
    inspector = fold_normalizations(keras.Model(depths[0], depths[1:], name="inspector"))
    image = keras.Input((SIDE, SIDE, 3), name="image")
    maps = backbone(layers.Rescaling(1 / 127.5, offset=-1)(image))
    recognition = _head("recognition", _textures(maps))
    inspected = [maps[0], *inspector(maps[0])]
    cells = _place_by_place(inspected)
    inspection = layers.Add()([_head("inspection", _textures(inspected)), _evidence(cells)])
    logit = Mean(name="logit")(recognition, inspection)
    probability = layers.Activation("sigmoid", name="fake_probability")(logit)
    model = keras.Model(image, [probability, cells], name=name)
    model.compile(
        optimizer=fine_tuning_optimizer(steps),
        loss=[keras.losses.BinaryCrossentropy(label_smoothing=LABEL_SMOOTHING), changes_loss],
        metrics=[["accuracy"], []],
        jit_compile=False,  # on a processor, compiled by XLA it trains at half the speed
    )
    return model


def _textures(maps: list[keras.KerasTensor]) -> list[keras.KerasTensor]:
    """Of each map and, apart, of its middle: a spatial pyramid (Lazebnik et al. 2006)."""
    middles = [layers.Cropping2D(round(AROUND * x.shape[1]))(x) for x in maps]
    return [Texture(x.shape[-1] in CORRELATED)(x) for x in maps + middles]


def _head(name: str, textures: list[keras.KerasTensor]) -> keras.KerasTensor:
    """A logit from the texture at several depths."""
    x = layers.Concatenate(name=f"{name}_texture")(textures)
    x = layers.Dropout(0.3)(layers.Normalization(name=f"standardized_{name}_texture")(x))
    x = layers.Dropout(0.3)(layers.Dense(128, activation="gelu", name=f"{name}_units")(x))
    return layers.Dense(1, name=name)(x)


def _place_by_place(maps: list[keras.KerasTensor]) -> keras.KerasTensor:
    """A logit for each cell from the mean and square of each channel in it, zero at first."""
    squares = [ops.square(x) for x in maps]
    moments = layers.Concatenate(name="moments")([_in_cells(x) for x in maps + squares])
    x = layers.Normalization(name="standardized_moments")(moments)
    x = layers.Conv2D(64, 1, activation="gelu")(x)
    x = layers.Conv2D(64, 3, padding="same", activation="gelu")(x)
    return layers.Conv2D(1, 1, kernel_initializer="zeros", name="features")(x)


def _in_cells(x: keras.KerasTensor) -> keras.KerasTensor:
    """Maps as cells of the same mean."""
    return layers.AveragePooling2D(x.shape[1] // CELLS)(x)


def _evidence(cells: keras.KerasTensor) -> keras.KerasTensor:
    """What the most suspicious cell and all together say; never the opposite."""
    x = layers.Concatenate()(
        [layers.GlobalMaxPooling2D()(cells), layers.GlobalAveragePooling2D()(cells)]
    )
    half = keras.initializers.Constant(0.5)
    return layers.Dense(1, use_bias=False, kernel_initializer=half, kernel_constraint="non_neg")(x)
