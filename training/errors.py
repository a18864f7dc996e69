"""What can be wrong with what training is given; each message is one line that names the culprit.

TrainingError
├── DataError      the folder of pictures
├── RunError       the folder of a training run, or what it is asked to do
└── TeamError      the processes that train together
"""


class TrainingError(Exception):
    """Root of the tree; the command line prints it and exits with status 1."""


class DataError(TrainingError):
    """A folder is missing, a class is empty, or nothing in it can be read."""


class RunError(TrainingError):
    """A run's folder is missing or unfinished, or does not go with what was asked."""


class TeamError(TrainingError):
    """The processes of a training cannot go on together."""
