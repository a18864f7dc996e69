"""Where training talks to the person who waits for it."""

from rich.console import Console

console = Console(stderr=True)
