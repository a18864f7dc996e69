"""Which control groups bound a process, as their two versions and containers show them."""

from pathlib import Path

import pytest

from service.model.groups import groups_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0::/", {"", "memory"}),  # a container's own, whatever its name is outside
        ("0::/user/1000", {"", "user", "user/1000", "memory", "memory/user", "memory/user/1000"}),
    ],
)
def test_the_own_group_and_those_around_it(line: str, expected: set[str], tmp_path: Path) -> None:
    (tmp_path / "own").write_text(f"{line}\n")
    found = groups_of("memory", root=tmp_path / "root", own=tmp_path / "own")
    assert {path.relative_to(tmp_path / "root") for path in found} == set(map(Path, expected))


def test_each_hierarchy_of_version_1_has_its_own_path(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("5:cpu,cpuacct:/one\n4:memory:/two/three\n")
    found = set(groups_of("memory", root=tmp_path, own=tmp_path / "own"))
    assert tmp_path / "memory" / "two" / "three" in found
    assert tmp_path / "memory" in found


def test_without_control_groups_the_root_alone_is_looked_at(tmp_path: Path) -> None:
    assert set(groups_of("memory", root=tmp_path, own=tmp_path / "absent")) == {
        tmp_path,
        tmp_path / "memory",
    }
