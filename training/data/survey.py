"""What is odd about a data set, told before hours are spent on it."""

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from service.pictures.folders import read
from service.pictures.names import shown
from training.console import console
from training.data.layout import SPLITS, find_root, has_split
from training.data.samples import Sample, find_samples, prefix
from training.data.table import FAMILY, FILE, GROUP, SOURCE, Table, files_table, sources_table
from training.errors import DataError

HANDFUL = 10  # pictures: fewer of a source tell nothing of it
FEW = 3  # sources, as any small data set may have


@dataclass(frozen=True, slots=True)
class Member:
    """A picture and the split that it is in."""

    split: str
    sample: Sample

    @property
    def cell(self) -> tuple[str, int]:
        """Its split and label."""
        return self.split, self.sample.label


def survey(data: Path, needed: Iterable[str]) -> None:
    """Say on the console what there is, and warn of what is odd about it.

    Raises:
        DataError: one of the ``needed`` splits, or one of its classes, is missing or empty, or
            holds no file that can be read.
    """
    members = [Member(split, it) for split in needed for it in find_samples(data, split)]
    _require_bytes(members)
    root = find_root(data)
    for line in _lines(root, members, set(SPLITS) - set(needed)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _require_bytes(members: list[Member]) -> None:
    """Each class has a file that is one, and not empty; the others are told when decoded."""
    last = {member.cell: member.sample.path for member in members}
    present = {member.cell for member in members if _size(member)}
    for cell in last.keys() - present:
        raise DataError(f"{last[cell].parent}: no picture in it can be read")


def _lines(root: Path, members: list[Member], others: set[str]) -> Iterator[str]:
    for split in filter(others.__contains__, SPLITS):
        try:
            members += [Member(split, it) for it in find_samples(root, split)]
        except DataError as error:
            if has_split(root, split):
                yield f"warning: {shown(str(error))}"
    yield from _of_sources(members)
    places = [_place(root, member) for member in members]
    yield from _of_table(files_table(root), FILE, GROUP, places, ("pictures", "twins"))
    sources = [prefix(member.sample.path) for member in members]
    yield from _of_table(sources_table(root), SOURCE, FAMILY, sources, ("sources", "families"))
    yield from _of_copies(root, members)


def _of_sources(members: list[Member]) -> Iterator[str]:
    sizes = Counter(member.sample.source for member in members)
    yield f"{len(members):,} pictures of {len(sizes):,} sources"
    small = [source for source, size in sizes.items() if size < HANDFUL]
    if len(small) > max(FEW, len(sizes) / 2):
        yield (
            f"warning: {len(small):,} sources hold fewer than {HANDFUL} pictures, such as "
            f"{shown(small[0])}: is what stands before __ in a name the collection it comes from?"
        )


def _of_table(
    table: Table, key: str, value: str, names: list[str], words: tuple[str, str]
) -> Iterator[str]:
    """Whether it says nothing, or something of what is not there."""
    name, (what, lost) = table.path.name, words
    if not table.exists:
        return
    if not {key, value} <= set(table.columns):
        yield f"warning: {name} has no columns {key} and {value}, so that no {lost} are known"
    elif not any(map(table.row, names)):
        yield f"warning: {name} names none of the {what}, such as {shown(names[0])}"
    elif unknown := table.unknown(names):
        such = shown(min(unknown))
        yield f"warning: {len(unknown):,} rows of {name} name none of the {what}, such as {such}"


def _of_copies(root: Path, members: list[Member]) -> Iterator[str]:
    copies = list(_copies(members))
    for what, of in _ODD:
        odd = [pair for same in copies if (pair := _differing(same, of))]
        if odd:
            one, other = (_shown(root, member) for member in odd[0])
            yield f"warning: {len(odd):,} pictures are {what}, such as {one} and {other}"


_ODD: tuple[tuple[str, Callable[[Member], object]], ...] = (
    ("in more than one split", lambda member: member.split),
    ("both real and fake", lambda member: member.sample.label),
)


def _differing(same: list[Member], of: Callable[[Member], object]) -> tuple[Member, Member] | None:
    """Two of them that are not the same in that."""
    return next(((same[0], it) for it in same if of(it) != of(same[0])), None)


def _copies(members: list[Member]) -> Iterator[list[Member]]:
    """Those of the same bytes that are not all of one split and label."""
    by_size = _apart(members, map(_size, members))
    alike = [member for same in by_size for member in same]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        digests = pool.map(_digest, alike)
        quiet = not console.is_terminal
        told = track(digests, "Comparing", len(alike), console=console, disable=quiet)
        yield from _apart(alike, told)


def _apart(members: list[Member], keys: Iterable[object]) -> list[list[Member]]:
    """Groups of one key, which is not None, that are of more than one split and label."""
    groups: dict[object, list[Member]] = defaultdict(list)
    for member, key in zip(members, keys, strict=True):
        groups[key].append(member)
    groups.pop(None, None)
    return [group for group in groups.values() if len({it.cell for it in group}) > 1]


def _size(member: Member) -> int | None:
    try:
        return member.sample.path.stat().st_size
    except OSError:  # told when it is decoded
        return None


def _digest(member: Member) -> bytes | None:
    try:
        return hashlib.sha256(read(member.sample.path)).digest()
    except OSError:
        return None


def _place(root: Path, member: Member) -> str:
    return member.sample.path.relative_to(root).as_posix()


def _shown(root: Path, member: Member) -> str:
    return shown(_place(root, member))
