"""Entry point of ``python -m training``: an error that training foresees is one line, status 1.

What of a name stdout cannot say is escaped.
"""

import io
import sys

from service.pictures.names import ESCAPING, shown
from training.cli import app
from training.errors import TrainingError

if isinstance(sys.stdout, io.TextIOWrapper):
    sys.stdout.reconfigure(errors=ESCAPING)
try:
    app()
except TrainingError as error:
    sys.exit(f"error: {shown(str(error))}")
