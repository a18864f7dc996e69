"""Where training writes."""

from pathlib import Path

RUNS = Path("runs")  # a folder for each training, and the cache of decoded pictures
