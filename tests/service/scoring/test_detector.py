"""The one path from bytes to verdict, and that it never holds up the event loop."""

import asyncio
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from service.errors import CorruptImage, ImageTooLarge
from service.model.cores import available_cores
from service.model.loaded import Model
from service.pictures import faces, imaging
from service.pictures.faces import FaceFinder
from service.scoring.detector import Detector
from tests.conftest import ROUNDING
from tests.pictures import PORTRAIT, encode, smooth
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


def test_a_picture_has_all_cores_only_while_it_is_alone(
    detector: Detector, face: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = list[bool]()
    find = FaceFinder.find

    def noted(finder: FaceFinder, pixels: imaging.Pixels, alone: bool = False) -> list[faces.Face]:
        said.append(alone)
        return find(finder, pixels, alone)

    monkeypatch.setattr(FaceFinder, "find", noted)
    begun, decode = threading.Event(), imaging.decode
    begun.set()

    def once_begun(*arguments: object, **more: object) -> imaging.Picture:
        assert begun.wait(timeout=30)
        return decode(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(imaging, "decode", once_begun)

    async def main() -> None:
        await detector.analyse(face)
        begun.clear()
        tasks = [asyncio.create_task(detector.analyse(face)) for _ in range(3)]
        await asyncio.sleep(0)  # each runs until it waits
        begun.set()
        await asyncio.gather(*tasks)
        with pytest.raises(CorruptImage):
            await detector.analyse(face[:2000])
        await detector.analyse(face)

    asyncio.run(main())
    assert said[0] is True
    assert said[1:3] == [False, False]
    assert said[4] is True


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


def test_the_timing_adds_up(detector: Detector, face: bytes) -> None:
    timing = asyncio.run(detector.analyse(face)).prediction.timing_ms
    parts = [timing.decode, timing.faces, timing.provenance, timing.queue, timing.model]
    assert all(part > 0 for part in parts)
    assert sum(parts) <= timing.total


def test_of_a_moving_picture_nothing_is_sure(detector: Detector) -> None:
    still = encode(PORTRAIT, "WEBP", lossless=True)
    moving = encode(PORTRAIT, "WEBP", lossless=True, save_all=True, append_images=[smooth(1, 320)])
    one, first = (asyncio.run(detector.analyse(data)).prediction for data in (still, moving))
    assert abs(one.fake_probability - first.fake_probability) <= 1e-6
    assert (one.warnings, first.warnings) == ([], ["animated"])
    assert first.verdict == "uncertain"
