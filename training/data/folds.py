"""What is left out together, to see how a detector does on what it never saw.

A family of fakes is left out with all of its sources, real pictures included; what has no family is
its own. So nothing that was made in the same way, nor its background, is known from training.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.data.samples import Sample
from training.errors import DataError


@dataclass(frozen=True, slots=True)
class Kin:
    """Sources that are left out together: a family of fakes, or one source without a family."""

    name: str
    sources: frozenset[str]
    size: int
    has_fakes: bool


def kins(samples: Iterable[Sample]) -> list[Kin]:
    """All of a data set, those of fakes first, the largest of each first."""
    members: dict[str, list[Sample]] = {}
    for sample in samples:
        members.setdefault(sample.family, []).append(sample)
    found = [
        Kin(name, frozenset(it.source for it in its), len(its), any(it.label for it in its))
        for name, its in members.items()
    ]
    return sorted(found, key=lambda kin: (not kin.has_fakes, -kin.size, kin.name))


def folds(of: Sequence[Kin], count: int) -> list[list[Kin]]:
    """``count`` parts, each of about as many fakes and of as many sources of real pictures alone.

    Raises:
        DataError: there are fewer families of fakes.
    """
    fakes, reals = ([kin for kin in of if kin.has_fakes is has] for has in (True, False))
    if len(fakes) < count:
        raise DataError(f"{len(fakes)} families of fakes are too few for {count} folds")
    return [
        one + other for one, other in zip(parts(fakes, count), parts(reals, count), strict=True)
    ]


def parts(of: Sequence[Kin], count: int) -> list[list[Kin]]:
    """``count`` parts of about as many pictures: each in turn goes to the smallest so far."""
    found: list[list[Kin]] = [[] for _ in range(count)]
    for kin in of:
        min(found, key=lambda part: sum(it.size for it in part)).append(kin)
    return found


def sources_of(names: Iterable[str], of: Sequence[Kin]) -> list[str]:
    """The sources that are left out by ``names`` of families and, where none has it, of sources.

    Raises:
        DataError: there is neither.
    """
    families = {kin.name: kin.sources for kin in of}
    every = frozenset[str]().union(*families.values())
    found: set[str] = set()
    for name in names:
        if name not in families and name not in every:
            raise DataError(f"{name}: no family and no source of that name to leave out")
        found |= families.get(name, {name})
    return sorted(found)
