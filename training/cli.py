"""``python -m training``: train, evaluate, export."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from training.console import results

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Data = Annotated[Path, typer.Option(help="Folder laid out as {train,valid,test}/{real,fake}/.")]


@app.callback()
def main() -> None:
    """Train the detector, measure it, and export it for the service."""


@app.command()
def train(
    data: Data,
    architecture: Annotated[str, typer.Option(help="Which network.")] = "baseline_cnn",
    epochs: Annotated[int | None, typer.Option(min=1, help="How many at most.")] = None,
    seed: Annotated[int, typer.Option(help="Weights, order and augmentation.")] = 0,
    weights: Annotated[Path | None, typer.Option(help="File of a pretrained backbone.")] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="A family or source to leave out; may be repeated.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option(help="A run of all sources; what it has seen is used again.")
    ] = None,
    folds: Annotated[
        int, typer.Option(min=0, help="So many runs more, each without a part; for calibration.")
    ] = 0,
    resume: Annotated[Path | None, typer.Option(help="A run to go on with.")] = None,
    out: Annotated[Path | None, typer.Option(help="Export it there, once trained.")] = None,
) -> None:
    """Train a network into a new folder under runs/, or go on with a run that stopped.

    It takes all GPUs of the host, and the hosts that TF_CONFIG names.
    """
    from training.fitting import train as training
    from training.fitting.cross_fit import cross_fit
    from training.fitting.team import assemble

    team = assemble()
    with team.together():
        if resume:
            run = training.resume(resume, data, team, epochs, weights)
        else:
            run = training.start(
                data,
                architecture,
                team,
                epochs=epochs,
                seed=seed,
                weights=weights,
                without=without or [],
                like=like,
            )
        if folds:
            cross_fit(run, data, team, folds, weights)
        if team.is_chief:
            typer.echo(_write(run.folder, out) if out else run.folder)
        team.wait()


@app.command()
def evaluate(
    data: Data,
    model: Annotated[Path, typer.Option(help="A run, or a version folder of an artifact.")],
    card: Annotated[bool, typer.Option(help="Write model.json and MODEL_CARD.md anew.")] = False,
    run: Annotated[
        Path | None, typer.Option(help="For the card: the run that it was exported from.")
    ] = None,
    compare: Annotated[
        list[Path] | None, typer.Option(help="For the card: another run or artifact.")
    ] = None,
) -> None:
    """Measure a detector on the test split: over all sources, and on each."""
    from training.judging import evaluate as evaluation
    from training.judging.card import publish

    if (run or compare) and not card:
        raise typer.BadParameter("--run and --compare are for the card: add --card")
    out = evaluation.evaluate(model, data)
    results.print(evaluation.table(evaluation.Evaluation.read(out)))
    typer.echo(publish(model, data, run, compare or []) if card else out)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="A finished run's folder.")],
    out: Annotated[Path, typer.Option(help="The model's folder.")] = Path("models/deepfake"),
) -> None:
    """Write a finished run as the next version of an artifact."""
    typer.echo(_write(run, out))


@app.command()
def check(
    data: Data,
    architecture: Annotated[str, typer.Option(help="Whose training to check.")] = "baseline_cnn",
) -> None:
    """Measure how far sharpness, brightness and the like alone tell fakes in training."""
    from training.data.pixels import load_split
    from training.fitting.recipes import find_recipe
    from training.judging import file_features

    recipe = find_recipe(architecture)
    shown = file_features.shown_in_training(load_split(data, "train", recipe.training_view), recipe)
    results.print(file_features.table(*shown))


@app.command()
def leave_out(
    data: Data,
    run: Annotated[Path, typer.Option(help="A run of a network with a head on a frozen backbone.")],
) -> None:
    """Measure heads on families of fakes and sources of real pictures that they never saw."""
    from training.judging.leave_out import leave_out as ask
    from training.judging.unseen import tables, unseen

    for table in tables(unseen(ask(run, data))):
        results.print(table)


def _write(run: Path, out: Path) -> Path:
    from training.artifact.export import export as write
    from training.judging.evaluate import results_of

    return write(run, asdict(results_of(run)), out)
