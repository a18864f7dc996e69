"""Do own thresholds keep their promise for photographs of the same kind, and what of others?

    python -m benchmarks.own_thresholds --data DIR [--model models/deepfake] [--scores FILE]

DIR is laid out as {train,valid,test}/{real,fake} with names such as `ffhq__123.jpg`. Only splits
that the model was not trained on count: valid and test together, since few sources have 300 real
pictures in one. Each source with that many calibrates on 200 of them, drawn anew so many times, and
judges the others of its own and all of every other source. Printed is how often real pictures are
called fake, in per cent, which source calibrates down and which is judged across, and the share of
all fakes that is called fake. Pictures with warnings, which no threshold judges, are left aside.

Scores are kept in FILE, and a run that is interrupted goes on with it.
"""

import argparse
import asyncio
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.bulk import progress
from service.calibration import conformal
from service.calibration.collected import Scored
from service.command import files
from service.command.journal import Journal
from service.model.loaded import Model
from service.scoring.detector import Detector

SPLITS = ("valid", "test")
FEWEST, CALIBRATING, DRAWS = 300, 200, 100

Scores = NDArray[np.float32]
Shares = dict[str, dict[str, float]]  # of what is judged, by which source calibrated


def main() -> None:
    """Score, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=Path("models/deepfake"))
    parser.add_argument("--scores", type=Path, default=Path("own_thresholds.scores"))
    parser.add_argument("--false-alarms", type=float, default=0.01)
    given = parser.parse_args()
    detector = Detector(Model.latest(given.model))
    with closing(Journal(given.scores, detector.model.manifest.weights_sha256)) as journal:
        real = asyncio.run(scores(detector, journal, given.data, "real"))
        fake = asyncio.run(scores(detector, journal, given.data, "fake"))
    print("\n".join(rows(judge(real, np.concatenate(list(fake.values())), given.false_alarms))))


async def scores(detector: Detector, journal: Journal, data: Path, label: str) -> dict[str, Scores]:
    """Those of the judged pictures of one label, float32 ``[n]``, by source."""
    found = list(files.find_files(data / split / label for split in SPLITS))
    known = {path: scored for path in found if (scored := journal.find(path))}
    with progress.shown(label, len(found), len(known)) as noted:
        missing = [path for path in found if path not in known]
        async for outcome in files.score_files(detector, missing):
            if outcome.prediction:
                known[outcome.path] = Scored.of(outcome.prediction)
                journal.keep(known[outcome.path])
            noted(len(known))
    by_source: dict[str, list[float]] = defaultdict(list)
    for path, scored in known.items():
        if scored.judged:
            by_source[path.name.partition("__")[0]].append(scored.score)
    return {source: np.array(its, np.float32) for source, its in sorted(by_source.items())}


def judge(
    real: dict[str, Scores],
    fake: Scores,
    rate: float,
    fewest: int = FEWEST,
    calibrating: int = CALIBRATING,
) -> Shares:
    """The shares called fake, means over draws, by who calibrates and who is judged.

    A source's own column is of those of its pictures that did not calibrate. ``fakes`` is the
    share of all fakes.
    """
    large = {source: its for source, its in real.items() if len(its) >= fewest}
    generator, shares = np.random.default_rng(0), {}
    for source, its in large.items():
        sums: dict[str, float] = defaultdict(float)
        for _ in range(DRAWS):
            drawn = generator.permutation(its)
            threshold, _ = conformal.fake_above(drawn[:calibrating], rate)
            judged = {**large, source: drawn[calibrating:], "fakes": fake}
            for name, these in judged.items():
                sums[name] += float((these >= threshold).mean()) / DRAWS
        shares[source] = dict(sums)
    return shares


def rows(shares: Shares) -> list[str]:
    """A table in Markdown; the last row is how far a source's share moves with who calibrates."""
    if not shares:
        return ["No source has enough real pictures."]
    names = [*shares, "fakes"]
    lines = [["calibrated on", *names], ["---"] * (len(names) + 1)]
    lines += [[source, *(_percent(its[name]) for name in names)] for source, its in shares.items()]
    by_name = {name: [its[name] for its in shares.values()] for name in names}
    lines += [["moves by", *(_percent(max(its) - min(its)) for its in by_name.values())]]
    return [f"| {' | '.join(line)} |" for line in lines]


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


if __name__ == "__main__":
    main()
