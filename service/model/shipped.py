"""The model that comes along: in a checkout beside the package, in an installed wheel within it."""

import os
from pathlib import Path

PLACE = Path("models/deepfake")
PACKAGE = Path(__file__).parents[1]


def find() -> Path:
    """``PLACE`` in the working folder; where there is none, the one that came along, if it did."""
    places = (PLACE, PACKAGE.parent / PLACE, PACKAGE / PLACE)
    # Not Path.is_dir, which raises where one may not look: in the folder of another user.
    return next((place for place in places if os.path.isdir(place)), PLACE)  # noqa: PTH112
