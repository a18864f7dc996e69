"""The one path from bytes to verdict, and that it never holds up the event loop."""

import asyncio
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.special import logit

from service.errors import CorruptImage, ImageTooLarge
from service.model.cores import available_cores
from service.model.loaded import Model
from service.pictures import faces, imaging
from service.pictures.faces import FaceFinder
from service.scoring.detector import Detector
from service.scoring.schemas import Prediction
from tests.conftest import ROUNDING
from tests.pictures import PORTRAIT, encode, smooth, two_faces
from tests.under_way import UnderWay


def test_the_prediction_is_the_models_for_the_face(
    detector: Detector, model: Model, face: bytes
) -> None:
    prediction = asyncio.run(detector.analyse(face)).prediction
    margin, side = model.manifest.crop_margin, model.manifest.input_side
    _, shown = faces.look(imaging.decode(face).pixels, faces.FaceFinder(), margin, side)
    assert abs(prediction.fake_probability - float(model.score(shown)[0])) <= 1e-6
    assert prediction.confidence == max(
        prediction.fake_probability, 1 - prediction.fake_probability
    )
    assert prediction.model.version == model.manifest.version


def test_a_model_for_whole_pictures_is_shown_the_whole_picture(
    whole_artifact: Path, face: bytes
) -> None:
    model = Model.latest(whole_artifact)
    prediction = asyncio.run(Detector(model).analyse(face)).prediction
    pixels = imaging.resize(imaging.decode(face).pixels, model.manifest.input_side)
    assert abs(prediction.fake_probability - float(model.score(pixels[None])[0])) <= 1e-6
    assert prediction.faces == []
    assert prediction.warnings == []


def test_a_small_picture_is_answered_with_a_warning_and_an_uncertain_verdict(
    detector: Detector,
) -> None:
    prediction = asyncio.run(detector.analyse(encode(smooth(1, side=64), "PNG"))).prediction
    assert [str(code) for code in prediction.warnings] == ["no_face", "low_resolution"]
    assert prediction.verdict == "uncertain"


def test_a_damaged_picture_raises(detector: Detector, face: bytes) -> None:
    with pytest.raises(CorruptImage):
        asyncio.run(detector.analyse(face[:2000]))


def test_the_pixel_limit_is_the_one_it_was_given(model: Model, face: bytes) -> None:
    with pytest.raises(ImageTooLarge):
        asyncio.run(Detector(model, max_pixels=100).analyse(face))


def test_concurrent_pictures_get_their_own_answers(detector: Detector, model: Model) -> None:
    files = [encode(smooth(seed, side=160), "PNG") for seed in range(24)]

    async def analyse_all() -> list[float]:
        analyses = await asyncio.gather(*(detector.analyse(data) for data in files))
        return [analysis.prediction.fake_probability for analysis in analyses]

    side = model.manifest.input_side
    pixels = [imaging.resize(imaging.decode(data).pixels, side) for data in files]
    expected = np.concatenate([model.score(image[None]) for image in pixels])
    assert np.abs(np.array(asyncio.run(analyse_all())) - expected).max() <= ROUNDING
    assert len(set(expected.tolist())) > 20, "the answers must be tellable from each other"


@pytest.mark.parametrize("step", ["decode", "score"])
def test_the_event_loop_runs_while_a_picture_is_worked_on(
    step: str, model: Model, face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step waits for a signal that only the event loop can give."""
    signal = threading.Event()
    heard: list[bool] = []
    owner = imaging if step == "decode" else model
    work = getattr(owner, step)

    def wait_for_the_loop(*arguments: object, **more: object) -> object:
        heard.append(signal.wait(timeout=30))
        return work(*arguments, **more)

    monkeypatch.setattr(owner, step, wait_for_the_loop)

    async def main() -> None:
        task = asyncio.create_task(Detector(model).analyse(face))
        while not task.done():
            await asyncio.sleep(0.01)
            signal.set()

    asyncio.run(main())
    assert heard == [True]


def test_each_worker_has_its_face_detector_before_the_first_picture(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which a picture would wait for a quarter of a second otherwise."""
    prepared = set[int]()
    monkeypatch.setattr(FaceFinder, "prepare", lambda _: prepared.add(threading.get_ident()))
    Detector(model, cores=3)
    assert len(prepared) == 3


def test_callers_that_go_one_by_one_leave_no_more_under_way_than_there_are_cores(
    model: Model, face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decoder cannot be stopped: it keeps its place though nobody waits for it any more."""
    cores = available_cores()
    under_way = UnderWay()

    def slow(*_: object, **__: object) -> None:
        with under_way:
            time.sleep(0.5)
        raise CorruptImage("It was only slow.")

    monkeypatch.setattr(imaging, "decode", slow)

    async def main() -> None:
        detector = Detector(model)
        tasks = [asyncio.create_task(detector.analyse(face)) for _ in range(4 * cores)]
        for task in tasks:
            await asyncio.sleep(0.02)
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        with pytest.raises(CorruptImage):
            await detector.analyse(face)

    asyncio.run(main())
    assert under_way.most == cores


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


def test_the_timing_adds_up(detector: Detector, face: bytes) -> None:
    timing = asyncio.run(detector.analyse(face)).prediction.timing_ms
    parts = [timing.decode, timing.faces, timing.provenance, timing.queue, timing.model]
    assert all(part > 0 for part in parts)
    assert sum(parts) <= timing.total


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


def test_of_a_moving_picture_nothing_is_sure(detector: Detector) -> None:
    still = encode(PORTRAIT, "WEBP", lossless=True)
    moving = encode(PORTRAIT, "WEBP", lossless=True, save_all=True, append_images=[smooth(1, 320)])
    one, first = (asyncio.run(detector.analyse(data)).prediction for data in (still, moving))
    assert abs(one.fake_probability - first.fake_probability) <= 1e-6
    assert (one.warnings, first.warnings) == ([], ["animated"])
    assert first.verdict == "uncertain"
