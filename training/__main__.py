"""Entry point of ``python -m training``: an error that training foresees is one line, status 1."""

import sys

from service.pictures.names import shown
from training.cli import app
from training.errors import TrainingError

try:
    app()
except TrainingError as error:
    sys.exit(f"error: {shown(str(error))}")
