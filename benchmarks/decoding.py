"""What does a colour profile cost? The same pictures without one, in sRGB, and in Display P3.

    python -m benchmarks.decoding [--rounds 5]

Milliseconds of processor time, as the service decodes, in turn: the least of all rounds.
"""

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image, ImageCms
from rich.console import Console
from rich.table import Table

from benchmarks.running import pictures
from service.pictures import code_points, imaging
from service.scoring.detector import ENOUGH

PROFILES = {
    "without a profile": None,
    "sRGB": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "Display P3": code_points.profile(12, 13),
}
DECODINGS = 20  # of one round


def tagged(path: Path, profile: bytes | None) -> bytes:
    """The picture again, with a profile."""
    buffer = io.BytesIO()
    Image.open(path).save(buffer, "JPEG", quality=90, icc_profile=profile)
    return buffer.getvalue()


def milliseconds(call: Callable[[], object]) -> float:
    """Of this thread, for one of some calls."""
    began = time.thread_time()
    for _ in range(DECODINGS):
        call()
    return (time.thread_time() - began) / DECODINGS * 1000


def measure(files: dict[str, bytes], rounds: int) -> dict[str, float]:
    """The least that decoding each takes."""
    least = dict.fromkeys(files, float("inf"))
    for _ in range(rounds):
        for name, data in files.items():
            taken = milliseconds(partial(imaging.decode, data, enough=ENOUGH))
            least[name] = min(least[name], taken)
    return least


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="What does a colour profile cost?")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    table = Table("", *PROFILES)
    with tempfile.TemporaryDirectory() as folder:
        for name, path in pictures(Path(folder)).items():
            files = {kind: tagged(path, profile) for kind, profile in PROFILES.items()}
            least = measure(files, rounds)
            table.add_row(f"{name}, ms", *(f"{value:.3g}" for value in least.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
