"""Scores a folder of pictures through a service, and draws how its answers are spread.

    python docs/example_client.py http://localhost:8000 photos scores.png

The service's key, if it asks for one, is taken from the environment variable DEEPFAKE_KEY.
"""

import os
import sys
from pathlib import Path

from matplotlib.figure import Figure

from deepfake_client import Client, PredictionResponse, Served

COLOURS = {"real": "tab:green", "uncertain": "tab:gray", "fake": "tab:red"}


def score(client: Client, folder: Path) -> list[PredictionResponse]:
    """The predictions of the folder's files; what cannot be scored is told and left out."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    predictions = []
    for outcome in client.predict_many(files):
        if outcome.prediction:
            predictions.append(outcome.prediction)
        else:
            print(f"{outcome.path}: {outcome.error}", file=sys.stderr)
    return predictions


def draw(predictions: list[PredictionResponse], model: Served) -> Figure:
    """A histogram of ``fake_probability`` by verdict, with the model's two thresholds."""
    figure = Figure(figsize=(7, 3.5), layout="constrained")
    axes = figure.subplots()
    scores = {
        verdict: [it.fake_probability for it in predictions if it.verdict == verdict]
        for verdict in COLOURS
    }
    labels = [f"{verdict}: {len(given)}" for verdict, given in scores.items()]
    axes.hist(
        list(scores.values()),
        bins=[share / 20 for share in range(21)],
        stacked=True,
        color=list(COLOURS.values()),
        label=labels,
    )
    for threshold in (model.thresholds.real_below, model.thresholds.fake_above):
        axes.axvline(threshold, color="black", linestyle="--")
    axes.set(xlabel="fake_probability", ylabel="pictures", title=f"{model.name} {model.version}")
    axes.legend()
    return figure


def main(url: str, folder: str, picture: str) -> None:
    """Score ``folder`` through the service at ``url``, and write ``picture``."""
    with Client(url, os.getenv("DEEPFAKE_KEY")) as client:
        client.wait_until_ready(60)
        model = client.model()
        predictions = score(client, Path(folder))
    draw(predictions, model).savefig(picture)
    print(f"{len(predictions)} pictures: {picture}")


if __name__ == "__main__":
    main(*sys.argv[1:])
