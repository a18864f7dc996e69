"""Do own thresholds keep their promise for photographs of the same kind, and what of others?

    python -m benchmarks.own_thresholds --data DIR [--model models/deepfake] [--scores FILE]

DIR is laid out as {train,valid,test}/{real,fake} with names such as `ffhq__123.jpg`. Only splits
that the model was not trained on count: valid and test together, since few sources have 200 real
pictures in one. Each source with 230 or more calibrates on 200 of them, drawn anew 100 times, and
judges the others of its own and all of every source with 100 or more. Printed is how often real
pictures are called fake, in per cent, which source calibrates down and which is judged across, and
the share of all fakes that is called fake; the same for real pictures of all sources mixed, apart
from the others, so that nothing is judged that calibrated; last what the model's own threshold
does. Pictures with warnings, which no threshold judges, are left aside.

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
CALIBRATING, DRAWS = 200, 100
FEWEST_CALIBRATING, FEWEST_JUDGED = 230, 100
OWN, MIXED = "the model's own", "all mixed"

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
    own = detector.model.manifest.thresholds.fake_above
    fakes = np.concatenate(list(fake.values()))
    mixed = {MIXED: np.concatenate(list(real.values()))}
    by_source, together = (judge(it, fakes, given.false_alarms, own) for it in (real, mixed))
    both = {OWN: by_source.pop(OWN) | together.pop(OWN)}
    print("\n".join(rows(by_source | together | both)))


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


def judge(real: dict[str, Scores], fake: Scores, rate: float, own: float) -> Shares:
    """The shares called fake, means over draws, by who calibrates and who is judged.

    A source's own column is of those of its pictures that did not calibrate. ``fakes`` is the
    share of all fakes. ``own`` is the threshold of the model itself.
    """
    judged = {source: its for source, its in real.items() if len(its) >= FEWEST_JUDGED}
    generator, shares = np.random.default_rng(0), {}
    for source in (name for name, its in judged.items() if len(its) >= FEWEST_CALIBRATING):
        sums: dict[str, float] = defaultdict(float)
        for _ in range(DRAWS):
            drawn = generator.permutation(judged[source])
            threshold, _ = conformal.fake_above(drawn[:CALIBRATING], rate)
            rest = {**judged, source: drawn[CALIBRATING:], "fakes": fake}
            for name, these in rest.items():
                sums[name] += float((these >= threshold).mean()) / DRAWS
        shares[source] = dict(sums)
    by_itself = {**judged, "fakes": fake}
    return shares | {OWN: {name: float((its >= own).mean()) for name, its in by_itself.items()}}


def rows(shares: Shares) -> list[str]:
    """A table in Markdown; before the last row, how far a share moves with who calibrates."""
    calibrated = {source: its for source, its in shares.items() if source != OWN}
    if not calibrated:
        return ["No source has enough real pictures."]
    names = list(shares[OWN])
    across = {name: [its[name] for its in calibrated.values() if name in its] for name in names}
    moves = {name: np.ptp(its) for name, its in across.items() if len(its) > 1}
    lines = [["calibrated on", *names], ["---"] * (len(names) + 1)]
    for source, its in {**calibrated, "moves by": moves, OWN: shares[OWN]}.items():
        cells = (f"{100 * its[name]:.2f}" if name in its else "-" for name in names)
        lines += [[source, *cells]]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    main()
