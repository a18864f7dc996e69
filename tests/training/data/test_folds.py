"""What is left out together: families with all their sources, in folds of one size."""

from pathlib import Path

import pytest

from training.data.folds import Kin, folds, kins, parts, sources_of
from training.data.samples import Sample
from training.errors import DataError


def samples(*of: tuple[str, int, str, int]) -> list[Sample]:
    """Of each source its label, family and number of pictures."""
    return [
        Sample(Path(f"{source}__{n}.jpg"), label, "", family)
        for source, label, family, count in of
        for n in range(count)
    ]


THEM = samples(
    ("dfdc", 0, "autoencoder", 3),
    ("dfdc", 1, "autoencoder", 4),
    ("ffpp", 1, "autoencoder", 2),
    ("veo", 1, "video", 5),
    ("grok", 1, "", 1),
    ("ffhq", 0, "", 6),
    ("press", 0, "", 2),
    ("lfw", 0, "", 7),
)


def test_a_family_is_one_with_all_its_sources_and_their_real_pictures() -> None:
    assert kins(THEM)[0] == Kin("autoencoder", frozenset({"dfdc", "ffpp"}), 9, has_fakes=True)


def test_what_has_no_family_is_its_own() -> None:
    assert Kin("grok", frozenset({"grok"}), 1, has_fakes=True) in kins(THEM)
    assert Kin("ffhq", frozenset({"ffhq"}), 6, has_fakes=False) in kins(THEM)


def test_fakes_come_first_and_the_largest_of_each() -> None:
    names = ["autoencoder", "video", "grok", "lfw", "ffhq", "press"]
    assert [kin.name for kin in kins(reversed(THEM))] == names


def test_each_is_in_one_fold_and_each_fold_has_some_of_both() -> None:
    found = folds(kins(THEM), 3)
    assert sorted(kin.name for part in found for kin in part) == sorted(
        kin.name for kin in kins(THEM)
    )
    for part in found:
        assert {kin.has_fakes for kin in part} == {True, False}


def test_parts_are_of_about_one_size() -> None:
    them = [Kin(str(size), frozenset(), size, has_fakes=True) for size in (9, 7, 5, 4, 3, 1, 1)]
    sizes = [sum(kin.size for kin in part) for part in parts(them, 3)]
    assert sizes == [10, 10, 10]


def test_too_few_to_part_is_an_error() -> None:
    with pytest.raises(DataError, match="3 families of fakes are too few for 4 folds"):
        folds(kins(THEM), 4)


@pytest.mark.parametrize(
    ("names", "sources"),
    [
        (["autoencoder"], ["dfdc", "ffpp"]),
        (["ffpp", "lfw"], ["ffpp", "lfw"]),
        (["ffpp", "autoencoder", "grok"], ["dfdc", "ffpp", "grok"]),
        ([], []),
    ],
)
def test_a_name_is_a_family_s_or_a_source_s(names: list[str], sources: list[str]) -> None:
    assert sources_of(names, kins(THEM)) == sources


def test_a_family_comes_before_a_source_of_its_name() -> None:
    them = kins(samples(("gan", 1, "gan", 1), ("gan2", 1, "gan", 1), ("web", 0, "", 1)))
    assert sources_of(["gan"], them) == ["gan", "gan2"]


def test_a_name_that_nothing_has_is_an_error() -> None:
    with pytest.raises(DataError, match="nobody: no family and no source of that name"):
        sources_of(["veo", "nobody"], kins(THEM))
