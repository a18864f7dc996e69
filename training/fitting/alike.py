"""A training like another without some of its sources, from what the other has seen of the rest.

What a frozen backbone says of a picture does not depend on which others there are, and to ask it
takes most of the time of such a training.
"""

from collections.abc import Sequence

from training.errors import RunError
from training.fitting.recipes import find_recipe
from training.fitting.run import Run


def require_alike(like: Run, architecture: str, seed: int, without: Sequence[str]) -> None:
    """See that a training can take over what ``like`` has seen.

    Raises:
        RunError: it is of another network or seed, was not shown enough, or kept nothing.
    """
    config = like.config
    if (config.architecture, config.seed) != (architecture, seed):
        raise RunError(f"{like.folder}: of {config.architecture}, seed {config.seed}")
    if find_recipe(architecture).teach_heads is None:
        raise RunError(f"{architecture}: keeps nothing that it has seen; leave --like")
    if lacking := set(config.without) - set(without):
        raise RunError(f"{like.folder}: was not shown {', '.join(sorted(lacking))}")
