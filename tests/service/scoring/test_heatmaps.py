"""Heatmaps on the wire: pictures over boxes of the upright picture, and only where asked for."""

import asyncio
import base64
import io

import httpx
import numpy as np
import pytest
from PIL import Image

from service.model.loaded import Model
from service.pictures import faces, imaging
from service.scoring import heatmaps
from service.scoring.detector import Detector
from service.scoring.schemas import Box, Heatmap, Prediction
from tests.conftest import ROUNDING
from tests.pictures import PORTRAIT, encode, smooth, two_faces


def decoded(heatmap: Heatmap) -> np.ndarray:
    image = Image.open(io.BytesIO(base64.b64decode(heatmap.png)))
    assert (image.format, image.mode) == ("PNG", "L")
    return np.asarray(image)


def explained(detector: Detector, data: bytes) -> tuple[Prediction, list[Heatmap]]:
    prediction = asyncio.run(detector.analyse(data, explain=True)).prediction
    assert prediction.heatmaps is not None
    return prediction, prediction.heatmaps


def turned(image: Image.Image) -> bytes:
    """A picture that lies on its side, and says so in its EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode(image.transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)


def test_each_face_has_the_models_heatmap_over_what_the_model_saw(
    detector: Detector, model: Model
) -> None:
    prediction, maps = explained(detector, encode(two_faces(), "PNG"))
    pixels = np.asarray(two_faces())
    margin, side = model.manifest.crop_margin, model.manifest.input_side
    found, shown = faces.look(pixels, faces.FaceFinder(), margin, side)
    assert len(maps) == len(prediction.faces) == 2
    for heatmap, expected, its_pixels in zip(maps, model.explain(shown), shown, strict=True):
        assert np.abs(decoded(heatmap) / 255 - expected["heatmap"]).max() <= 1 / 255
        box = heatmap.box
        covered = pixels[box.y : box.y + box.height, box.x : box.x + box.width]
        assert np.array_equal(imaging.resize(np.ascontiguousarray(covered), side), its_pixels)
    assert [face.box.x for face in prediction.faces] == [face.x for face in found]


def test_boxes_are_of_the_upright_picture(detector: Detector) -> None:
    upright, maps = explained(detector, encode(two_faces(), "PNG"))
    lying, its_maps = explained(detector, turned(two_faces()))
    assert lying.image.width == upright.image.width == 640
    assert [it.box for it in its_maps] == [it.box for it in maps]
    large, small = (it.box for it in maps)
    assert large.x + large.width / 2 == pytest.approx(163, abs=25)
    assert small.x + small.width / 2 == pytest.approx(380 + 163 * 2 / 3, abs=25)
    assert large.width > 1.2 * small.width


def test_a_heatmap_contains_its_face(detector: Detector) -> None:
    prediction, maps = explained(detector, encode(two_faces(), "PNG"))
    for heatmap, face in zip(maps, prediction.faces, strict=True):
        assert heatmap.box.x <= face.box.x
        assert heatmap.box.y <= face.box.y
        assert face.box.x + face.box.width <= heatmap.box.x + heatmap.box.width


def test_the_heatmap_of_a_cut_face_reaches_outside_the_picture(
    detector: Detector, model: Model
) -> None:
    """So that what it says of each pixel lies over that pixel."""
    image = PORTRAIT.crop((150, 0, 320, 320))
    prediction, (heatmap,) = explained(detector, encode(image, "PNG"))
    (face,), box = prediction.faces, heatmap.box
    assert face.box.x <= 2
    assert box.x < 0
    assert box.x + box.width / 2 == pytest.approx(face.box.x + face.box.width / 2, abs=1)
    side, pixels = model.manifest.input_side, np.asarray(image)
    _, shown = faces.look(pixels, faces.FaceFinder(), model.manifest.crop_margin, side)
    inside = pixels[box.y : box.y + box.height, : box.x + box.width]
    seen = np.asarray(Image.fromarray(shown[0]).resize((box.width, box.height)))[:, -box.x :]
    assert np.abs(seen.astype(int) - inside).mean() < 6


def test_boxes_of_a_picture_that_was_decoded_smaller_are_of_the_whole_one(
    detector: Detector,
) -> None:
    large = Image.new("RGB", (4000, 3000), (90, 110, 90))
    large.paste(PORTRAIT.resize((3000, 3000)), (400, 0))
    data = encode(large, quality=92)
    assert asyncio.run(detector.analyse(data)).picture.reduction > 1
    prediction, (heatmap,) = explained(detector, data)
    (face,) = prediction.faces
    assert heatmap.box.width > face.box.width > 700
    centre = heatmap.box.x + heatmap.box.width / 2
    assert centre == pytest.approx(face.box.x + face.box.width / 2, abs=40)


def test_without_a_face_the_heatmap_covers_the_whole_picture(detector: Detector) -> None:
    prediction, (heatmap,) = explained(detector, encode(smooth(1, 300).resize((300, 200)), "PNG"))
    assert prediction.faces == []
    assert heatmap.box == Box(x=0, y=0, width=300, height=200)


def test_of_a_crowd_the_scored_faces_have_heatmaps(
    detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.pictures.faces.MAX_FACES", 1)
    prediction, maps = explained(detector, encode(two_faces(), "PNG"))
    assert len(maps) == len(prediction.faces) == 1


def test_values_are_rounded_to_grey_levels() -> None:
    maps = np.array([[[0, 0.5], [1, 0.25]]], np.float32)
    (heatmap,) = heatmaps.encode(maps, [Box(x=1, y=2, width=3, height=4)])
    assert decoded(heatmap).tolist() == [[0, 128], [255, 64]]


def test_an_explained_score_is_the_plain_one(server: str) -> None:
    data = encode(two_faces(), "PNG")
    plain, asked = (
        httpx.post(f"{server}/predict{query}", files={"file": data}, timeout=60).json()
        for query in ("", "?explain=true")
    )
    assert plain["heatmaps"] is None
    assert len(asked["heatmaps"]) == 2
    assert abs(plain["fake_probability"] - asked["fake_probability"]) <= ROUNDING
    for name in ("verdict", "label", "warnings", "image", "model"):
        assert plain[name] == asked[name]


def test_many_explanations_at_once_are_each_callers_own(detector: Detector) -> None:
    files = [encode(smooth(seed, side=160 + seed), "PNG") for seed in range(12)]

    async def all_at_once() -> list[Prediction]:
        analyses = await asyncio.gather(*(detector.analyse(it, explain=True) for it in files))
        return [analysis.prediction for analysis in analyses]

    for data, together in zip(files, asyncio.run(all_at_once()), strict=True):
        alone, maps = explained(detector, data)
        assert abs(alone.fake_probability - together.fake_probability) <= ROUNDING
        assert together.heatmaps is not None
        assert together.heatmaps[0].box == maps[0].box
        difference = decoded(maps[0]).astype(int) - decoded(together.heatmaps[0])
        assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("value", ["perhaps", "2", "%00", "true&explain=x"])
def test_a_wrong_parameter_is_a_problem(server: str, value: str, face: bytes) -> None:
    answer = httpx.post(f"{server}/predict?explain={value}", files={"file": face}, timeout=60)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_parameter"
    assert "explain" in answer.json()["detail"]
