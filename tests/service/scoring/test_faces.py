"""Which faces of a picture are scored, at whatever size it has, and which one decides."""

import asyncio

import numpy as np
import pytest
from PIL import Image
from scipy.special import logit

from service.model.loaded import Model
from service.pictures import faces, imaging
from service.scoring.detector import Detector
from service.scoring.schemas import Prediction
from tests.pictures import PORTRAIT, encode, smooth, two_faces


def predict(detector: Detector, image: Image.Image) -> Prediction:
    return asyncio.run(detector.analyse(encode(image, "PNG"))).prediction


def test_each_face_is_scored_and_the_most_suspicious_decides(
    detector: Detector, model: Model
) -> None:
    prediction = predict(detector, two_faces())
    pixels = np.asarray(two_faces())
    margin, side = model.manifest.crop_margin, model.manifest.input_side
    found, shown = faces.look(pixels, faces.FaceFinder(), margin, side)
    scores = model.score(shown)
    assert [face.fake_probability for face in prediction.faces] == pytest.approx(scores.tolist())
    assert prediction.fake_probability == pytest.approx(scores.max())
    assert [face.box.x for face in prediction.faces] == [face.x for face in found]
    assert prediction.warnings == []


def test_without_a_face_the_whole_picture_is_scored_and_that_is_said(
    detector: Detector, model: Model
) -> None:
    prediction = predict(detector, smooth(1, side=300))
    whole = imaging.resize(np.asarray(smooth(1, side=300)), model.manifest.input_side)[None]
    assert prediction.fake_probability == pytest.approx(model.score(whole)[0])
    assert prediction.faces == []
    assert prediction.warnings == ["no_face"]
    assert prediction.verdict == "uncertain"


def test_a_small_face_makes_the_verdict_uncertain(detector: Detector) -> None:
    small = Image.new("RGB", (320, 320), (90, 110, 90))
    small.paste(PORTRAIT.resize((96, 96), Image.Resampling.BICUBIC), (100, 100))
    prediction = predict(detector, small)
    assert len(prediction.faces) == 1
    assert prediction.warnings == ["small_face"]
    assert prediction.verdict == prediction.faces[0].verdict == "uncertain"


@pytest.mark.parametrize("share", [0.2, 0.3, 0.4])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_real_face_that_the_pictures_edge_cuts_is_not_called_fake(
    side: str, share: float, detector: Detector
) -> None:
    line = round(
        119 + 91 * (share if side == "left" else 1 - share)
    )  # its box, and what is cut off
    box = (line, 0, *PORTRAIT.size) if side == "left" else (0, 0, line, PORTRAIT.height)
    prediction = predict(detector, PORTRAIT.crop(box))
    assert (
        prediction.fake_probability < 0.75
    )  # the whole face's is a third; moved aside, up to 0.99
    assert prediction.warnings == ["cut_face"]
    assert prediction.verdict == prediction.faces[0].verdict == "uncertain"


def test_of_a_crowd_the_largest_are_scored(
    detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.pictures.faces.MAX_FACES", 1)
    prediction = predict(detector, two_faces())
    assert len(prediction.faces) == 1
    assert prediction.faces[0].box.x < 320
    assert prediction.warnings == ["many_faces"]


@pytest.mark.parametrize("edge", [1500, 3000])
def test_a_large_photograph_gets_the_answer_of_a_whole_one(
    detector: Detector, edge: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a face that fills it, decoded at a reduced scale, and at one that does not."""
    canvas = Image.new("RGB", (4000, 3000), (90, 110, 90))
    canvas.paste(PORTRAIT.resize((edge, edge)), (400, 0))
    data = encode(canvas, quality=92)
    reduced = asyncio.run(detector.analyse(data))
    whole_decode = imaging.decode
    monkeypatch.setattr(
        imaging, "decode", lambda data, most, _enough=None, **_: whole_decode(data, most)
    )
    whole = asyncio.run(detector.analyse(data))
    assert whole.picture.reduction == 1
    assert reduced.picture.reduction == (2 if edge == 3000 else 1)
    one, other = reduced.prediction, whole.prediction
    assert (one.image.width, one.image.height) == (4000, 3000)
    # In log-odds: a step of probability is as large wherever the score lies.
    assert logit(one.fake_probability) == pytest.approx(logit(other.fake_probability), abs=0.15)
    (its_face,), (face,) = one.faces, other.faces
    box, its_box = face.box.model_dump().values(), its_face.box.model_dump().values()
    assert list(its_box) == pytest.approx(list(box), abs=24)


def test_a_photograph_of_108_megapixels_is_scored(detector: Detector) -> None:
    """What its small face asks for is more than may be decoded: half of it is, along a side."""
    canvas = Image.new("RGB", (12_000, 9_000), (90, 110, 90))
    canvas.paste(PORTRAIT.resize((3000, 3000)), (4000, 3000))
    analysis = asyncio.run(detector.analyse(encode(canvas)))
    (face,) = analysis.prediction.faces
    assert analysis.picture.reduction == 2
    assert (analysis.prediction.image.width, analysis.prediction.image.height) == (12_000, 9_000)
    assert face.box.x + face.box.width / 2 == pytest.approx(4000 + 163 * 3000 / 320, abs=120)
    assert analysis.prediction.warnings == []


def test_what_cannot_be_decoded_finely_enough_is_told(model: Model) -> None:
    """The face has 180 pixels, of which every fourth is seen along a side."""
    canvas = Image.new("RGB", (6000, 4500), (90, 110, 90))
    canvas.paste(PORTRAIT.resize((520, 520)), (2700, 2000))
    data, tight = encode(canvas, quality=92), Detector(model, max_pixels=1_700_000)
    seen = asyncio.run(tight.analyse(data))
    assert seen.picture.reduction == 4
    assert [face.box.width for face in seen.prediction.faces] == pytest.approx([146], abs=16)
    assert seen.prediction.warnings == ["small_face"]
    assert asyncio.run(Detector(model).analyse(data)).prediction.warnings == []


def test_a_face_in_a_scrolled_screenshot_is_scored(detector: Detector) -> None:
    """Also where the JPEG could be decoded at a reduced scale."""
    canvas = Image.new("RGB", (1080, 8000), (240, 240, 242))
    canvas.paste(PORTRAIT, (300, 5000))
    for data in (encode(canvas, "PNG"), encode(canvas, quality=92)):
        prediction = asyncio.run(detector.analyse(data)).prediction
        (face,) = prediction.faces
        assert face.box.height == pytest.approx(113, abs=8)
        assert face.box.y == pytest.approx(5064, abs=8)
        assert prediction.warnings == []
