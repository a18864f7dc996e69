"""An artifact of the tests' own making, which calls cold faces fake: each verdict can be had.

Its sides are not those of the shipped one: nothing that serves may depend on them.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw, ImageFilter

from tests.pictures import PORTRAIT
from training.artifact import explain_graph

SIDE, CELLS = 96, 8
FACE = (98, 40, 232, 208)  # in the portrait
NEAR = (53, 12, 277, 236)  # the face and what is shown of its surroundings
WEIGHTS = "variables/variables.data-00000-of-00001"


class Cold(tf.Module):
    """Fake is what is bluer than it is red and green, cell by cell."""

    def __init__(self) -> None:
        self.scale = tf.Variable(1 / 25)

    def heatmap(self, image: tf.Tensor) -> tf.Tensor:
        """Float32 ``[batch, CELLS, CELLS]`` in 0..1."""
        red, green, blue = tf.unstack(tf.cast(image, tf.float32), axis=-1)
        coldness = tf.nn.relu(blue - (red + green) / 2 - 5)[..., None]
        cells = tf.nn.avg_pool2d(coldness, SIDE // CELLS, SIDE // CELLS, "VALID")[..., 0]
        return tf.clip_by_value(cells * self.scale, 0, 1)

    def serving_default(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        share = tf.reduce_mean(self.heatmap(image), axis=(1, 2))
        return {"fake_probability": tf.clip_by_value(0.002 + 4 * share, 0, 0.998)}

    def explain(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        return {**self.serving_default(image), "heatmap": self.heatmap(image)}


def write(folder: Path, shipped: Path, version: int = 1, **changes: Any) -> Path:
    """Write version ``version`` of it into ``folder``, described as ``shipped`` is but for that."""
    spec = tf.TensorSpec((None, SIDE, SIDE, 3), tf.uint8, "image")
    module, path = Cold(), folder / str(version)
    signatures = {
        name: tf.function(getattr(module, name), [spec]).get_concrete_function()
        for name in ("serving_default", "explain")
    }
    tf.saved_model.save(module, str(path), signatures)
    explain_graph.write(path)
    manifest = json.loads((shipped / "assets.extra" / "model.json").read_text())
    manifest |= {
        "name": folder.name,
        "version": version,
        "architecture": "cold",
        "input_side": SIDE,
        "weights_sha256": hashlib.sha256((path / WEIGHTS).read_bytes()).hexdigest(),
        **changes,
    }
    (path / "assets.extra").mkdir()
    (path / "assets.extra" / "model.json").write_text(json.dumps(manifest))
    return path


def cooled(strength: float, portrait: Image.Image = PORTRAIT) -> Image.Image:
    """The portrait with a face that is as cold as ``strength``, 0..1, says."""
    part = np.asarray(portrait.crop(FACE), np.float32)
    cold = np.clip(part + strength * np.array([-25, 0, 70], np.float32), 0, 255)
    mask = Image.new("L", (FACE[2] - FACE[0], FACE[3] - FACE[1]))
    ImageDraw.Draw(mask).ellipse((6, 6, mask.width - 6, mask.height - 6), fill=255)
    made = portrait.copy()
    face = Image.fromarray(cold.astype(np.uint8))
    made.paste(face, FACE[:2], mask.filter(ImageFilter.GaussianBlur(5)))
    return made


def write_photographs(folder: Path, count: int, coldest: float, seed: int = 0) -> Path:
    """Different small portraits as PNG, each as cold as it came about, from 0 to ``coldest``."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    for number in range(count):
        picture = cooled(float(generator.uniform(0, coldest))).crop(NEAR)
        picture.putpixel((0, 0), (number // 256, number % 256, seed))
        picture.save(folder / f"{number:03}.png", compress_level=1)
    return folder
