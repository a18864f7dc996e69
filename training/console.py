"""Where training talks to the person who waits for it, and where it prints what it found."""

from rich.console import Console

# Names of sources and families may look like markup.
console = Console(stderr=True, markup=False)
results = Console(markup=False)
