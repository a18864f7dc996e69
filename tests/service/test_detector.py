"""The one path from bytes to verdict, and that it never holds up the event loop."""

import asyncio
import threading

import numpy as np
import pytest

from service import imaging
from service.detector import Detector
from service.errors import CorruptImage, ImageTooLarge
from service.model import Model
from tests.pictures import encode, smooth


def test_the_prediction_is_the_models_for_the_resized_pixels(
    detector: Detector, model: Model, face: bytes
) -> None:
    prediction = asyncio.run(detector.analyse(face)).prediction
    pixels = imaging.resize(imaging.decode(face).pixels, model.manifest.input_side)
    assert abs(prediction.fake_probability - float(model.score(pixels[None])[0])) <= 1e-6
    assert prediction.confidence == max(
        prediction.fake_probability, 1 - prediction.fake_probability
    )
    assert prediction.model.version == model.manifest.version


def test_a_small_picture_is_answered_with_a_warning_and_an_uncertain_verdict(
    detector: Detector,
) -> None:
    prediction = asyncio.run(detector.analyse(encode(smooth(1, side=64), "PNG"))).prediction
    assert [str(code) for code in prediction.warnings] == ["low_resolution"]
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
    assert np.abs(np.array(asyncio.run(analyse_all())) - expected).max() <= 1e-6
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

    def wait_for_the_loop(*arguments: object) -> object:
        heard.append(signal.wait(timeout=30))
        return work(*arguments)

    monkeypatch.setattr(owner, step, wait_for_the_loop)

    async def main() -> None:
        task = asyncio.create_task(Detector(model).analyse(face))
        while not task.done():
            await asyncio.sleep(0.01)
            signal.set()

    asyncio.run(main())
    assert heard == [True]


def test_the_timing_adds_up(detector: Detector, face: bytes) -> None:
    timing = asyncio.run(detector.analyse(face)).prediction.timing_ms
    parts = [timing.decode, timing.faces, timing.queue, timing.model]
    assert all(part > 0 for part in parts)
    assert sum(parts) <= timing.total
