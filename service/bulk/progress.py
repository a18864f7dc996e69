"""How far a run is: a bar, the rate, and when it will be through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """Pictures a second, lately."""

    def render(self, task: Task) -> Text:
        """``93.1/s``, once something was done."""
        rate = task.finished_speed or task.speed
        return Text("" if rate is None else f"{rate:.1f}/s")


_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    RateColumn(),
    TimeRemainingColumn(),
)


@contextmanager
def shown(doing: str, total: int | None = None, done: int = 0) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal, if there is one; call what it yields with how many are done."""
    console = Console(stderr=True)
    # A part comes every few seconds: the rate is that of the last minutes.
    bar = Progress(
        *_COLUMNS, console=console, disable=not console.is_terminal, speed_estimate_period=300
    )
    with bar:
        task = bar.add_task(doing, total=total, completed=done)
        yield lambda count: bar.update(task, completed=count)
