"""``deepfake``: score files, serve, and tell which model answers."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

import deepfake_client
from service.command import files, health, report
from service.command.extras import of_extra
from service.errors import DeepfakeError
from service.pictures.folders import LeftOut
from service.pictures.names import shown
from service.web import keys

if TYPE_CHECKING:
    from service.scoring.detector import Detector

# TensorFlow takes seconds to load: commands import what needs it, so that --help does not wait.
_COLUMNS = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
_UNTIL_READY = 5.0  # seconds that a service may still need

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _place(text: str) -> str:
    """A path or URL as it is typed, `~` also where no shell has seen it; an empty one is none."""
    if not text:
        raise typer.BadParameter("an empty path names nothing")
    return os.path.expanduser(text)  # noqa: PTH111  # Path's own fails on a file called `~x`


def _path(text: str) -> Path:
    return Path(_place(text))


@app.callback()
def main() -> None:
    """Tell real from fake face pictures."""


@app.command()
def predict(
    paths: Annotated[
        list[Path], typer.Argument(help="Pictures, or folders of pictures.", parser=_path)
    ],
    format: Annotated[report.Format, typer.Option(help="How to print.")] = report.Format.TEXT,  # noqa: A002
    output: Annotated[
        Path | None, typer.Option(help="Write here, not to stdout.", parser=_path)
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on with an interrupted CSV --output.")] = False,
    url: Annotated[str, typer.Option(help="Let the service at this address score them.")] = "",
    key: Annotated[str, typer.Option(help="Its API key.", envvar="DEEPFAKE_KEY")] = "",
) -> None:
    """Score pictures; exit status 1 if one of them cannot be scored."""
    if resume and (format is not report.Format.CSV or output is None):
        raise typer.BadParameter("--resume goes with --format csv and --output")
    done = report.resume_csv(output) if resume and output else {}
    left_out = LeftOut()
    found = [path for path in files.find_files(paths, left_out) if str(path) not in done]
    _tell(left_out)
    outcomes = _there(url, key, found) if url else files.score_files(_detector(), found)
    with _open(output, append=bool(done)) as stream:
        writer = report.writer(format, stream, header=not done)
        failed = asyncio.run(_write(outcomes, len(found), writer, stream))
    if failed or any(done.values()):
        raise typer.Exit(1)


@app.command()
def bulk(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, a glob, or a list (.parquet, .jsonl) of paths; or a URL.", parser=_place
        ),
    ],
    output: Annotated[
        str, typer.Option(help="Folder, or its URL, that gets the Parquet parts.", parser=_place)
    ],
    address: Annotated[str | None, typer.Option(help="Score on this Ray cluster.")] = None,
    part_rows: Annotated[int, typer.Option(min=1, help="Rows in a part.")] = 256,
) -> None:
    """Score a collection; run again, it goes on. Exit status 1 if a picture cannot be scored."""
    with of_extra("bulk"):
        from service.bulk.run import Run
        from service.settings import read_settings
    run = Run(read_settings(), source, output, part_rows)
    _tell(run.left_out)
    try:
        run.go_on(address)
    except KeyboardInterrupt:
        typer.echo(f"Stopped: {run.summary()}. The same command goes on.", err=True)
        os._exit(128 + signal.SIGINT)  # at once: Ray is at work still, and would have to be awaited
    summary = run.summary()
    typer.echo(f"{summary}.")
    if summary.errors:
        raise typer.Exit(1)


@app.command()
def calibrate(
    real: Annotated[Path, typer.Argument(help="Folder of your real pictures.", parser=_path)],
    out: Annotated[Path, typer.Option(help="File that gets the thresholds.", parser=_path)],
    false_alarms: Annotated[
        float,
        typer.Option(min=1e-6, max=0.5, help="Share of real pictures that may be called fake."),
    ] = 0.01,
    fakes: Annotated[
        Path | None, typer.Option(help="Folder of fakes, for `real` too.", parser=_path)
    ] = None,
    misses: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="Share of fakes that may be called real.")
    ] = 0.05,
) -> None:
    """Make thresholds for your own photographs; run again, it goes on."""
    with of_extra("calibrate"):
        from service.command import calibrate
    if out.suffix != ".json":
        raise typer.BadParameter("--out is to end in .json; a .md and a .png come beside it")
    asked = calibrate.Asked(real, out, false_alarms, fakes, misses)
    own = calibrate.run(_detector(thresholds=None), asked)
    for doubt in own.promise.doubts:
        typer.echo(f"warning: {doubt}", err=True)
    typer.echo(f"{shown(out)}: {own}")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve the page and the API; settings come from DEEPFAKE_* variables."""
    with of_extra("serve"):
        from service.settings import read_settings
        from service.web.address import require_free
        from service.web.app import create_app
        from service.web.server import Server

    # Once the server has finished what it had begun, it raises the signal again.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    given = {"host": host, "port": port}
    settings = read_settings(**{name: it for name, it in given.items() if it is not None})
    require_free(settings.host, settings.port)
    server = Server(create_app(settings), settings)
    server.run()
    if server.failure:
        raise server.failure


@app.command("health")
def ask_health() -> None:
    """Ask the service that runs with these settings whether it is ready; exit status 1 if not."""
    sys.exit(health.check())


@app.command()
def info() -> None:
    """Print what the served model says of itself, as JSON."""
    typer.echo(_detector().model.manifest.model_dump_json(indent=2))


@app.command()
def key() -> None:
    """Make an API key: who asks sends the key, the service is told its digest."""
    made = keys.new_key()
    typer.echo(f"key: {made}\nDEEPFAKE_API_KEYS={keys.digest(made)}")


def _tell(left_out: LeftOut) -> None:
    if left_out.count:
        typer.echo(left_out, err=True)


def _detector(**overriding: object) -> "Detector":
    with of_extra("serve"):
        from service.scoring.detector import Detector
        from service.settings import read_settings
    return Detector.from_settings(read_settings(**overriding))


def _there(url: str, key: str, paths: list[Path]) -> AsyncIterator[files.Outcome]:
    """Asks first whether the service is there, before an output is opened for its answers."""
    try:
        with deepfake_client.Client(url, key) as client:
            client.wait_until_ready(_UNTIL_READY)
        return files.score_files_there(deepfake_client.AsyncClient(url, key), paths)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def _open(output: Path | None, *, append: bool) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        stream = output.open("a" if append else "w", encoding="utf-8", newline="")
    except OSError as error:
        raise typer.BadParameter(f"{shown(output)}: {error.strerror}") from error
    with stream:
        yield stream


async def _write(
    outcomes: AsyncIterator[files.Outcome], count: int, writer: report.Writer, stream: TextIO
) -> int:
    """Write each file's outcome as it comes; returns how many files could not be scored."""
    failed = 0
    console = Console(stderr=True)
    hidden = not console.is_terminal or stream.isatty()  # answers on the screen are progress too
    try:
        with Progress(*_COLUMNS, console=console, disable=hidden) as progress:
            task = progress.add_task("Scoring", total=count)
            async for outcome in outcomes:
                writer.write(outcome)
                failed += outcome.prediction is None
                progress.advance(task)
    finally:
        writer.close()
    return failed


def run() -> None:
    """Do what the arguments say; what stops the start is one line and status 1."""
    try:
        app()
    except (DeepfakeError, deepfake_client.Error) as error:
        sys.exit(f"error: {shown(str(error))}")
