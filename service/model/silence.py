"""Silence for libraries that greet on stderr, where no log level reaches them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def no_stderr() -> Iterator[None]:
    """What the process writes to stderr meanwhile, by whatever means, is lost."""
    stderr = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
