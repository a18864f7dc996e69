"""Large pictures wait for one another's memory, small ones do not."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from PIL import Image

from service.errors import CorruptImage, ImageTooLarge
from service.model.loaded import Model
from service.pictures import imaging
from service.scoring.detector import Detector
from service.scoring.memory import SMALL, Memory, MustWait, Share
from tests.pictures import encode, png_of_size
from tests.under_way import UnderWay

MIB = 1 << 20


def held_by(memory: Memory, need: int) -> Share:
    share = Share(memory)
    share.claim(need)
    return share


def test_what_is_taken_is_not_there_for_others_until_it_is_given_back() -> None:
    memory = Memory(300 * MIB)
    first = held_by(memory, 200 * MIB)
    with pytest.raises(MustWait) as waits:
        held_by(memory, 150 * MIB)
    assert waits.value.need == 150 * MIB
    held_by(memory, 100 * MIB)
    first.give_back()
    first.give_back()  # once is enough
    held_by(memory, 200 * MIB)
    with pytest.raises(MustWait):
        held_by(memory, SMALL + 1)


def test_a_share_grows_by_what_it_lacks() -> None:
    memory = Memory(300 * MIB)
    share = held_by(memory, 100 * MIB)
    share.claim(90 * MIB)
    share.claim(300 * MIB)
    share.give_back()
    held_by(memory, 300 * MIB)


def test_small_pictures_are_not_counted() -> None:
    memory = Memory(0)
    assert memory.capacity == SMALL
    for _ in range(9):
        held_by(memory, SMALL)
    with pytest.raises(ImageTooLarge, match="takes 65 MiB of memory to be decoded; there are 64"):
        held_by(memory, SMALL + MIB)


async def queued(memory: Memory, order: list[str], name: str, need: int) -> Share:
    share = Share(memory)
    await share.wait_for(need)
    order.append(name)
    return share


def test_who_waits_is_served_in_turn_and_not_passed_by() -> None:
    async def main() -> None:
        memory, order = Memory(300 * MIB), list[str]()
        first = held_by(memory, 200 * MIB)
        large = asyncio.create_task(queued(memory, order, "large", 250 * MIB))
        small = asyncio.create_task(queued(memory, order, "small", 70 * MIB))
        await asyncio.sleep(0)
        with pytest.raises(MustWait):
            held_by(memory, 70 * MIB)  # it would fit, but others came before
        threading.Thread(target=first.give_back).start()
        (await large).give_back()
        (await small).give_back()
        assert order == ["large", "small"]
        held_by(memory, 300 * MIB)

    asyncio.run(asyncio.wait_for(main(), 30))


@pytest.mark.parametrize("late", [False, True])
def test_who_stops_waiting_keeps_nothing(late: bool) -> None:
    """Also where it was granted just before."""

    async def main() -> None:
        memory, order = Memory(300 * MIB), list[str]()
        first = held_by(memory, 200 * MIB)
        leaving = asyncio.create_task(queued(memory, order, "leaving", 300 * MIB))
        staying = asyncio.create_task(queued(memory, order, "staying", 100 * MIB))
        await asyncio.sleep(0)
        if late:
            first.give_back()
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        (await staying).give_back()
        first.give_back()
        held_by(memory, 300 * MIB)

    asyncio.run(asyncio.wait_for(main(), 30))


def large_decoding(under_way: UnderWay, release: threading.Event) -> Callable[..., None]:
    """In the place of ``imaging.decode``: a file's bytes are how many MiB it takes."""

    def decode(data: bytes, *_: object, claim: Callable[[int], None], **__: object) -> None:
        claim(int(data) * MIB)
        if int(data) * MIB > SMALL:
            with under_way:
                release.wait(30)
        raise CorruptImage("It was only to be counted.")

    return decode


@pytest.mark.parametrize(("memory", "at_once"), [(200, 1), (300, 2), (900, 3)])
def test_as_many_large_pictures_are_decoded_as_the_memory_holds(
    memory: int, at_once: int, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, release = UnderWay(), threading.Event()
    monkeypatch.setattr(imaging, "decode", large_decoding(under_way, release))

    async def main() -> None:
        detector = Detector(model, cores=4, memory=memory * MIB)
        large = [asyncio.create_task(detector.analyse(b"150")) for _ in range(3)]
        await asyncio.sleep(0.3)
        for _ in range(3):  # they pass by, on the core that the large ones leave
            with pytest.raises(CorruptImage):
                await asyncio.wait_for(detector.analyse(b"10"), 5)
        release.set()
        answers = await asyncio.gather(*large, return_exceptions=True)
        assert [type(answer) for answer in answers] == [CorruptImage] * 3

    asyncio.run(main())
    assert under_way.most == at_once


def test_a_large_picture_waits_no_longer_than_its_caller(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, release = UnderWay(), threading.Event()
    monkeypatch.setattr(imaging, "decode", large_decoding(under_way, release))

    async def main() -> None:
        detector = Detector(model, cores=2, memory=200 * MIB)
        first = asyncio.create_task(detector.analyse(b"150"))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await detector.analyse(b"150")
        assert time.monotonic() - began < 2
        first.cancel()  # nobody waits for it; it is decoded all the same, and holds its memory
        third = asyncio.create_task(detector.analyse(b"200"))
        await asyncio.sleep(0.2)
        assert under_way.most == 1
        release.set()
        with pytest.raises(CorruptImage):
            await third

    asyncio.run(main())


def test_what_memory_does_not_hold_is_reduced_or_refused(model: Model) -> None:
    detector = Detector(model, memory=140 * MIB)  # of ten megapixels
    image = Image.new("RGB", (6000, 4000), "grey")
    assert asyncio.run(detector.analyse(encode(image))).picture.reduction == 4
    with pytest.raises(ImageTooLarge, match="6000 x 4000 pixels; a picture may have 10,485,760"):
        asyncio.run(detector.analyse(png_of_size(6000, 4000)))


@pytest.mark.parametrize(
    ("name", "mode", "each"),
    [("PNG", "RGB", 14), ("PNG", "RGBA", 22), ("WEBP", "RGB", 22), ("JPEG", "RGB", 14)],
)
def test_what_a_picture_takes_is_told_before_it_is_decoded(name: str, mode: str, each: int) -> None:
    told = list[int]()
    imaging.decode(encode(Image.new(mode, (400, 300)), name), claim=told.append)
    assert told == [400 * 300 * each]


def test_a_reduced_jpeg_takes_less_and_a_progressive_one_is_held_whole() -> None:
    image, told = Image.new("RGB", (1600, 1200)), list[int]()
    for progressive in (False, True):
        imaging.decode(encode(image, progressive=progressive), enough=400, claim=told.append)
    assert told == [400 * 300 * 14, 400 * 300 * 14 + 1600 * 1200 * 6]


def test_what_keeps_the_memory_keeps_the_picture_from_being_decoded() -> None:
    def refuse(need: int) -> None:
        raise MustWait(need)

    with pytest.raises(MustWait):
        imaging.decode(png_of_size(400, 300), claim=refuse)
