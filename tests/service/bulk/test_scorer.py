"""The actor writes a part whole, in its order, once, whatever is wrong with some of its files."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from service.bulk import rows
from service.bulk.output import Output, part_name
from service.bulk.plan import Plan
from service.bulk.scorer import Scorer
from service.errors import ArtifactError
from service.model.manifest import Manifest, newest
from service.pictures.names import meant, shown
from service.settings import Settings
from tests import toy
from tests.conftest import ROUNDING, SHIPPED
from tests.pictures import PORTRAIT, encode, png_of_size, smooth

BAD = {
    "absent.jpg": rows.UNREADABLE,
    "folder.jpg": rows.UNREADABLE,
    "pipe.jpg": rows.UNREADABLE,
    "nulls\0.jpg": rows.UNREADABLE,
    "nowhere://x/a.jpg": rows.UNREADABLE,
    "empty.jpg": "empty_file",
    "text.jpg": "unsupported_format",
    "cut.png": "corrupt_image",
    "huge.png": "image_too_large",
    "long.jpg": "body_too_large",
}


@pytest.fixture
def settings(toys: Path) -> Settings:
    return Settings(model=toys, max_body_bytes=100_000)


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """Good files whose names are no UTF-8, and between them one of each bad kind: five parts."""
    folder = tmp_path / "pictures"
    (folder / "folder.jpg").mkdir(parents=True)
    os.mkfifo(folder / "pipe.jpg")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_bytes(b"no picture")
    (folder / "cut.png").write_bytes(encode(smooth(3), "PNG")[:200])
    (folder / "huge.png").write_bytes(png_of_size(20_000, 20_000))
    (folder / "long.jpg").write_bytes(encode(smooth(4)) + bytes(100_000))
    good = []
    for number in range(len(BAD)):
        good.append(str(folder / f"{number}-{os.fsdecode(bytes([0xFF]))}.jpg"))
        toy.cooled(number / 10).save(good[-1])
    bad = [name if "://" in name else str(folder / name) for name in BAD]
    return [path for pair in zip(good, bad, strict=True) for path in pair]


@pytest.fixture
def output(tmp_path: Path) -> Output:
    output = Output(str(tmp_path / "scores"))
    output.prepare()
    return output


def make(output: Output, pictures: list[str], settings: Settings, part_rows: int = 4) -> Scorer:
    manifest = Manifest.read(newest(settings.model))
    plan = Plan.make(output, "pictures", pictures, part_rows, manifest, lambda _: None)
    return Scorer(settings, output.place, plan)


def score(scorer: Scorer, *parts: int) -> list[dict[str, Any]]:
    async def together() -> list[dict[str, Any]]:
        return await asyncio.gather(*(scorer({"part": [part]}) for part in parts))

    return asyncio.run(together())


def read(output: Output, part: int) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = pq.read_table(f"{output.place}/{part_name(part)}").to_pylist()
    return listed


def test_every_file_has_its_row_in_the_order_of_the_plan(
    output: Output, pictures: list[str], settings: Settings
) -> None:
    assert score(make(output, pictures, settings), *range(5)) == [
        {"part": [part]} for part in range(5)
    ]
    written = [row for part in range(5) for row in read(output, part)]
    assert [row["path"] for row in written] == list(map(shown, pictures))
    assert [row["error"] for row in written[1::2]] == list(BAD.values())
    assert all(row["detail"] for row in written[1::2])
    assert all(row["error"] is None for row in written[::2])
    probabilities = [row["fake_probability"] for row in written[::2]]
    assert probabilities == sorted(probabilities), "each row is its own picture's"
    assert probabilities[-1] - probabilities[0] > 0.3


def test_the_scores_are_the_detectors(
    output: Output, pictures: list[str], settings: Settings
) -> None:
    from service.scoring.detector import Detector

    detector = Detector.from_settings(settings)
    score(make(output, pictures, settings), 0)
    for row in read(output, 0)[::2]:
        answer = asyncio.run(detector.analyse(Path(meant(row["path"])).read_bytes())).prediction
        assert row["fake_probability"] == pytest.approx(answer.fake_probability, abs=ROUNDING)
        assert row["sha256"] == answer.image.sha256


def test_a_part_that_is_there_is_not_scored_again(
    output: Output, pictures: list[str], settings: Settings
) -> None:
    scorer = make(output, pictures, settings)
    score(scorer, 0)
    before = Path(output.place, part_name(0)).stat()
    for path in pictures[::2]:
        Path(path).unlink()
    assert score(scorer, 0, 1) == [{"part": [0]}, {"part": [1]}]
    after = Path(output.place, part_name(0)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert {row["error"] for row in read(output, 1)} >= {rows.UNREADABLE}, "this one was"


def test_what_the_detector_does_not_expect_is_an_error_row(
    output: Output, pictures: list[str], settings: Settings
) -> None:
    scorer = make(output, pictures, settings)
    scorer._detector._workers.shutdown()
    score(scorer, 0)
    assert [row["error"] for row in read(output, 0)][::2] == [rows.INTERNAL] * 2
    assert "shutdown" in read(output, 0)[0]["detail"]


def test_another_model_than_the_plans_is_refused(
    output: Output, pictures: list[str], settings: Settings
) -> None:
    plan = Plan.make(output, "x", pictures, 4, Manifest.read(SHIPPED), lambda _: None)
    with pytest.raises(ArtifactError, match="another model than the run's"):
        Scorer(settings, output.place, plan)


def test_parts_that_come_together_share_the_models_batches(
    output: Output, settings: Settings, tmp_path: Path
) -> None:
    """Twelve parts of one picture each: one by one they would be twelve calls."""
    paths = []
    for number in range(12):
        paths.append(str(tmp_path / f"{number}.jpg"))
        PORTRAIT.resize((100 + number, 100 + number)).save(paths[-1])
    scorer = make(output, paths, settings, part_rows=1)
    batcher = scorer._detector._serving.batcher
    sizes: list[int] = []
    whole = batcher._score

    def counted(images: Any) -> Any:
        sizes.append(len(images))
        return whole(images)

    batcher._score = counted
    score(scorer, *range(12))
    assert sum(sizes) == 12
    assert len(sizes) < 12
