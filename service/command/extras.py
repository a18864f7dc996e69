"""What is imported only where an extra was installed: a client's installation has none."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import MissingExtra


@contextmanager
def of_extra(name: str) -> Iterator[None]:
    """Import within it what comes with the extra ``name``.

    Raises:
        MissingExtra: a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        line = f"{error.name} is missing: pip install 'deepfake-detector[{name}]'"
        raise MissingExtra(line) from error
