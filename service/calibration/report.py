"""The report: one page of Markdown for who answers for the thresholds."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.calibration.collected import Collected
from service.model.own import OwnThresholds

_TEMPLATES = Environment(  # nosec B701
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=False,  # noqa: S701  # Markdown, of numbers and of this program's own words
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def percent(share: float) -> str:
    """A share, 0..1, as a person reads it: `0.355 %`."""
    return f"{100 * share:.3g} %"


_TEMPLATES.filters["percent"] = percent


def render(own: OwnThresholds, real: Collected, fake: Collected | None, plot: str) -> str:
    """The page; ``plot`` is the name of the picture beside it."""
    return _TEMPLATES.get_template("report.md").render(
        own=own,
        alarms=own.promise.false_alarms,
        misses=own.promise.misses,
        real=real,
        unreadable=real.unreadable + (fake.unreadable if fake else 0),
        plot=plot,
    )
