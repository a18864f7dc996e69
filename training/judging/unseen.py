"""How a network does on sources that it was never shown: what ``train --without`` is for."""

from pathlib import Path

import numpy as np

from training.data.pixels import load_split
from training.errors import RunError
from training.fitting.run import Run
from training.judging.evaluate import Against, against
from training.judging.subject import open_subject


def unseen(run_folder: Path, data: Path) -> dict[str, Against]:
    """ROC AUC on the test split of each source of fakes that a run left out.

    Raises:
        RunError: it left out none.
    """
    left_out = Run.open(run_folder).config.without
    if not left_out:
        raise RunError(f"{run_folder}: this run was shown every source")
    subject = open_subject(run_folder)
    pixels = load_split(data, "test", subject.view)
    scores, names = subject.score(pixels), np.array(pixels.sources)
    return {
        source: against(pixels.labels, scores, names, source)
        for source in left_out
        if ((names == source) & (pixels.labels == 1)).any()
    }
