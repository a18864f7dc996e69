"""Links in a folder of pictures are followed, no loop without end, to no picture twice."""

from pathlib import Path

from tests.service.pictures.conftest import found, put


def test_links_are_followed(folder: Path, tmp_path: Path) -> None:
    put(tmp_path, "disk/a.jpg", "disk/deep/b.jpg", "elsewhere/c.jpg")
    (folder / "linked").symlink_to(tmp_path / "disk")
    (folder / "c.jpg").symlink_to(tmp_path / "elsewhere/c.jpg")
    assert found(folder) == ["c.jpg", "linked/a.jpg", "linked/deep/b.jpg"]


def test_a_folder_that_is_a_link_itself_is_searched(folder: Path, tmp_path: Path) -> None:
    put(folder, "a.jpg")
    (tmp_path / "current").symlink_to(folder)
    assert found(tmp_path / "current") == ["a.jpg"]


def test_no_loop_of_links_is_without_end_and_no_picture_comes_twice(
    folder: Path, tmp_path: Path
) -> None:
    put(folder, "a/1.jpg", "b/2.jpg")
    put(tmp_path, "disk/3.jpg")
    (folder / "a/again").symlink_to(folder)
    (folder / "a/b").symlink_to(folder / "b")
    (folder / "b/a").symlink_to("../a")
    (folder / "itself").symlink_to("itself")
    (folder / "itself.jpg").symlink_to("itself.jpg")
    (folder / "one").symlink_to(tmp_path / "disk")
    (folder / "two").symlink_to(tmp_path / "disk")
    (tmp_path / "disk/back").symlink_to(folder)
    assert found(folder) == ["a/1.jpg", "b/2.jpg", "itself", "itself.jpg", "one/3.jpg"]


def test_a_picture_has_its_own_name_where_a_link_leads_to_it_too(folder: Path) -> None:
    put(folder, "z/1.jpg")
    (folder / "a").symlink_to("z")
    assert found(folder) == ["z/1.jpg"]


def test_a_link_into_a_hidden_folder_is_followed(folder: Path) -> None:
    """As Kubernetes mounts what it writes anew."""
    put(folder, "..2026_11/photos/1.jpg")
    (folder / "..data").symlink_to("..2026_11")
    (folder / "photos").symlink_to("..data/photos")
    assert found(folder) == ["photos/1.jpg"]


def test_a_link_that_leads_nowhere_is_told_unless_it_is_another_file(folder: Path) -> None:
    for name in ("gone.jpg", "disk", "notes.txt"):
        (folder / name).symlink_to(folder / "absent")
    assert found(folder) == ["disk", "gone.jpg"]
